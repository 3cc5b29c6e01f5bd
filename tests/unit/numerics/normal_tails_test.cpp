#include "numerics/normal_tails.hpp"

#include "numerics/normal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace thresher::numerics {
namespace {

std::vector<double> range(double first, double step, double last) {
  std::vector<double> values;
  for (double x = first; x < last; x += step) values.push_back(x);
  return values;
}

/// The largest relative error of `found` against `exact` at each argument.
template <class Exact>
double worst(std::vector<double> const& arguments, std::vector<double> const& found, Exact const& exact) {
  double largest = 0;
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    long double const truth = exact(static_cast<long double>(arguments[k]));
    largest = std::max(largest, static_cast<double>(std::abs((found[k] - truth) / truth)));
  }
  return largest;
}

constexpr long double kRoot2 = std::numbers::sqrt2_v<long double>;

TEST(NormalTails, AgreeWithErfcInLongDouble) {
  auto const x = range(-36.5, 0.0137, 60);
  auto upper = x;
  log_normal_upper_tails(upper);
  EXPECT_LT(worst(x, upper,
                  [](long double u) {
                    return u < 0 ? std::log1p(-std::erfc(-u / kRoot2) / 2)
                                 : std::log(std::erfc(u / kRoot2) / 2);
                  }),
            1e-13);
}

TEST(NormalTails, ReachFarBeyondTheSmallestNumber) {
  std::vector<double> const x{50, 1e3, 1e10, 1e140};
  auto upper = x;
  log_normal_upper_tails(upper);
  for (std::size_t k = 0; k < x.size(); ++k)
    EXPECT_NEAR(upper[k] / log_normal_upper_tail(x[k]), 1, 1e-14) << x[k];
}

TEST(NormalTails, CentralProbabilitiesAgreeWithErf) {
  auto const x = range(1e-4, 0.0137, 36.5);
  auto central = x;
  log_normal_centrals(central);
  EXPECT_LT(worst(x, central,
                  [](long double u) {
                    return u < 1 ? std::log(std::erf(u / kRoot2)) : std::log1p(-std::erfc(u / kRoot2));
                  }),
            1e-12);
  std::vector<double> none{0};
  log_normal_centrals(none);
  EXPECT_EQ(none.front(), -std::numeric_limits<double>::infinity());
}

TEST(NormalTails, ExponentialsAreExactToTheLastBits) {
  auto const x = range(-699, 0.137, 699);
  auto values = x;
  exponentials(values);
  EXPECT_LT(worst(x, values, [](long double u) { return std::exp(u); }), 5e-16);
  std::vector<double> outside{-701, -1e300, -std::numeric_limits<double>::infinity(), 0};
  exponentials(outside);
  EXPECT_EQ(outside, (std::vector<double>{0, 0, 0, 1}));
}

TEST(NormalTails, WeightsAreMultiplied) {
  auto const x = range(-20, 0.0731, 20);
  std::vector<double> weights;
  for (std::size_t k = 0; k < x.size(); ++k) weights.push_back(std::sin(static_cast<double>(k)) * 30);
  auto values = x;
  weighted_normal_upper_tails(values, weights);
  for (std::size_t k = 0; k < x.size(); ++k)
    EXPECT_NEAR(values[k] / (std::exp(weights[k]) * normal_upper_tail(x[k])), 1, 1e-13) << x[k];
  // A weight may make up for a tail that no number holds.
  std::vector<double> far{200, -200};
  weighted_normal_upper_tails(far, std::vector<double>{20000, 800});
  EXPECT_NEAR(std::log(far[0]) / (20000 + log_normal_upper_tail(200)), 1, 1e-11);
  EXPECT_NEAR(std::log(far[1]), 700, 1e-10);
}

TEST(NormalTails, DoNotDependOnTheCompany) {
  auto const x = range(-8, 0.37, 12);
  auto all = x;
  log_normal_upper_tails(all);
  for (std::size_t k = 0; k < x.size(); ++k) {
    std::vector<double> alone{x[k]};
    log_normal_upper_tails(alone);
    EXPECT_EQ(alone.front(), all[k]);
  }
}

}  // namespace
}  // namespace thresher::numerics
