#include "numerics/log_binomial.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::numerics {
namespace {

TEST(LogBinomial, SmallValuesAreExact) {
  EXPECT_EQ(log_binomial(10, 0), 0);
  EXPECT_EQ(log_binomial(10, 10), 0);
  EXPECT_NEAR(log_binomial(52, 5), std::log(2598960.0), 1e-14);
  EXPECT_NEAR(log_binomial(52, 47), std::log(2598960.0), 1e-14);
  EXPECT_NEAR(log_binomial(2, 1), std::log(2.0), 1e-14);
  EXPECT_NEAR(log_binomial(40, 20), std::log(137846528820.0), 1e-13);
  EXPECT_NEAR(log_binomial(34, 17), std::log(2333606220.0), 1e-13);
}

TEST(LogBinomial, LargeValuesAgreeWithTheProduct) {
  for (double const n : {1e4, 1e8, 1e12})
    for (double const k : {1.0, 2.0, 15.0, 16.0, 40.0, 5000.0}) {
      long double sum = 0;
      for (double j = 1; j <= k; ++j) sum += std::log((static_cast<long double>(n) - k + j) / j);
      EXPECT_NEAR(log_binomial(n, k) / static_cast<double>(sum), 1, 1e-14) << n << " " << k;
    }
}

}  // namespace
}  // namespace thresher::numerics
