#include "numerics/quantile.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace thresher::numerics;

// numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], q)
TEST(Quantile, InterpolatesLinearlyAsNumPyDoes) {
  std::vector<double> const values{3, 1, 4, 1, 5, 9, 2, 6};
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 0.1), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(values, 0.6), 4.2);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 9);
  EXPECT_DOUBLE_EQ(median(values), 3.5);
}

TEST(Quantile, OfOneValueIsTheValue) {
  for (double const probability : {0.0, 0.3, 1.0}) EXPECT_EQ(quantile(std::vector{7.0}, probability), 7);
}

}  // namespace
