#include "experiments/mixed_quality_lasso/theory/deterministic_equivalent.hpp"
#include "experiments/mixed_quality_lasso/theory/price.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace thresher::mixed_quality_lasso;

TEST(LassoPrice, ReferenceValues) {
  RecoveryProblem const problem{512, 8, 1, {{100, 0.5}, {100, 1}}};
  EXPECT_NEAR(lasso_price_agnostic(problem, 0.4), 1.341486, 5e-7);
  EXPECT_NEAR(lasso_price_interference(problem, 0.4 / 0.96), 1.428452, 5e-7);
}

TEST(LassoPrice, EqualNoiseHasPriceOne) {
  RecoveryProblem const problem{512, 8, 1, {{100, 0.7}, {30, 0.7}}};
  EXPECT_NEAR(lasso_price_agnostic(problem, 0.4), 1, 1e-14);
  EXPECT_EQ(lasso_price_interference(problem, 0.4), 1);
}

TEST(LassoPrice, AgnosticPriceTendsToOneInTheLimitOfThePaper) {
  EXPECT_NEAR(lasso_price_agnostic({1e6, 20, 1, {{1e8, 0.2}, {1e8, 1.5}}}, 0.4), 1, 1e-5);
}

TEST(LassoPrice, AgnosticPriceIsInfiniteWhereRowsHarm) {
  EXPECT_EQ(lasso_price_agnostic({512, 8, 1, {{150, 0.1}, {5, 6}}}, 0.4),
            std::numeric_limits<double>::infinity());
}

TEST(LassoPrice, AgnosticPriceIsTheRatioOfMarginalsOfTheLeadingVariance) {
  // n > 2 log(p-s) (s + sigma_avg_sq/lambda^2) to leading order: rows count through n - 2 log(p-s)
  // sigma_avg_sq/lambda^2.
  auto const surplus = [](double n1, double n2) {
    double const average = (n1 * 0.04 + n2 * 2.25) / (n1 + n2);
    return n1 + n2 - 2 * std::log(1e6 - 20) * average / 0.16;
  };
  double const h = 1e-2, n1 = 400, n2 = 300;
  double const expected =
      (surplus(n1 + h, n2) - surplus(n1 - h, n2)) / (surplus(n1, n2 + h) - surplus(n1, n2 - h));
  EXPECT_NEAR(lasso_price_agnostic({1e6, 20, 1, {{n1, 0.2}, {n2, 1.5}}}, 0.4), expected, 1e-6);
}

TEST(LassoPrice, InterferencePriceIsBounded) {
  RecoveryProblem const problem{1e6, 20, 1, {{400, 1e-9}, {300, 1.5}}};
  double const cross_talk = 20 * 0.16 * (1 + 1 / (2 * std::log(1e6 - 20)));
  EXPECT_NEAR(lasso_price_interference(problem, 0.4), 1 + 2.25 / cross_talk, 1e-12);
}

TEST(LassoPrice, ASingleNullCoordinate) {
  EXPECT_TRUE(std::isfinite(lasso_price_agnostic({2, 1, 1, {{10, 0.5}, {10, 0.6}}}, 0.4)));
  EXPECT_GT(lasso_price_interference({2, 1, 1, {{10, 0.5}, {10, 1}}}, 0.4), 1);
}

}  // namespace
