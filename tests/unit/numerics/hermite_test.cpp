#include "numerics/hermite.hpp"

#include "numerics/quadrature.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thresher::numerics {
namespace {

TEST(Hermite, FirstPolynomialsInClosedForm) {
  for (double const x : {-2.5, 0.0, 0.3, 4.0}) {
    std::vector<double> he(5);
    orthonormal_hermite(x, he);
    EXPECT_EQ(he[0], 1);
    EXPECT_EQ(he[1], x);
    EXPECT_NEAR(he[2], (x * x - 1) / std::sqrt(2.0), 1e-14);
    EXPECT_NEAR(he[3], (x * x * x - 3 * x) / std::sqrt(6.0), 1e-13);
    EXPECT_NEAR(he[4], (std::pow(x, 4) - 6 * x * x + 3) / std::sqrt(24.0), 1e-13);
  }
}

TEST(Hermite, AreOrthonormalUnderTheNormalLaw) {
  auto const rule = gauss_hermite(24);
  constexpr std::size_t kDegrees = 12;
  for (std::size_t j = 0; j < kDegrees; ++j)
    for (std::size_t k = 0; k <= j; ++k) {
      double const product = rule.average([&](double x) {
        std::vector<double> he(kDegrees);
        orthonormal_hermite(x, he);
        return he[j] * he[k];
      });
      EXPECT_NEAR(product, j == k ? 1 : 0, 1e-11) << j << " " << k;
    }
}

TEST(Hermite, NothingIsWrittenToAnEmptySpan) {
  orthonormal_hermite(1.0, {});
}

}  // namespace
}  // namespace thresher::numerics
