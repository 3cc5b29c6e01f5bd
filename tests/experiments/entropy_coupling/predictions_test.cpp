#include "experiments/entropy_coupling/theory/predictions.hpp"

#include "experiments/entropy_coupling/solvers/vertex_enumeration.hpp"
#include "numerics/special_functions.hpp"
#include "random_laws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace thresher::entropy_coupling {
namespace {

using testing::law_of;
using testing::RandomLaws;

double interval_mean(std::int64_t n, std::vector<double> const& q, std::int64_t m) {
  return mean_interval_entropy(n, q, m).value();
}

TEST(IntervalEntropy, TakesKnownMeans) {
  std::vector<double> const q{.7, .3};
  EXPECT_NEAR(interval_mean(64, q, 0), (numerics::digamma(65) - numerics::digamma(2)) / std::numbers::ln2,
              1e-9);
  EXPECT_NEAR(interval_mean(64, q, 1), 4.54254, 1e-5);
  EXPECT_NEAR(interval_mean(64, q, 6), 1.09229, 1e-5);
  EXPECT_NEAR(interval_mean(64, q, 9), .28956, 1e-5);
  EXPECT_NEAR(interval_mean(64, q, 14), .02175, 1e-5);
  EXPECT_NEAR(interval_mean(2, q, 4), .08163, 1e-5);
  EXPECT_NEAR(interval_mean(256, {.9, .1}, 10), 3.2876, 1e-4);
  EXPECT_NEAR(interval_mean(64, {.5, .25, .25}, 5), .3001, 1e-4);
}

TEST(IntervalEntropy, DecaysAtTheRenyiRate) {
  double const limit = 63 / (2 * std::numbers::ln2) * std::pow(.49 + .09, 30);
  EXPECT_NEAR(limit, 3.6334e-6, 1e-10);
  EXPECT_NEAR(interval_mean(64, {.7, .3}, 30) / limit, 1, 2e-5);
}

TEST(IntervalEntropy, IsNotListedForTooManyTypes) {
  EXPECT_FALSE(mean_interval_entropy(64, std::vector<double>(64, 1. / 64), 10));
}

TEST(TwoSymbols, EqualTheOracle) {
  RandomLaws laws(31);
  for (int round = 0; round < 300; ++round) {
    double const p = .5 * laws.uniform() + 1e-3;
    double const q = std::min(.5, .5 * laws.uniform() + 1e-3);
    auto const m = static_cast<std::size_t>(1 + laws.below(3));
    Law const law = law_of({std::max(p, 1 - p), std::min(p, 1 - p)});
    std::vector<Law> const observations(m, law_of({1 - q, q}));
    ASSERT_NEAR(two_symbol_optimum(law.probability(1), q, static_cast<std::int64_t>(m)),
                minimum_coupling(law, observations).h_bits, 1e-9);
  }
}

TEST(TwoSymbols, HaveTheMeanOfTheOptimum) {
  // Against the midpoint rule over P uniform.
  for (std::int64_t m = 1; m <= 4; ++m) {
    double sum = 0;
    constexpr int kPoints = 2000000;
    for (int j = 0; j < kPoints; ++j) sum += two_symbol_optimum((j + .5) / (2. * kPoints), .1, m);
    EXPECT_NEAR(mean_two_symbol_optimum(1, .1, m), sum / kPoints, 1e-7);
    EXPECT_NEAR(two_symbol_zero_probability(1, .1, m), m == 1 ? 0 : .2 * static_cast<double>(m), 1e-12);
  }
  // The mean of a sum over sub-ranges of a concentrated and of a spread law stays finite and ordered.
  for (double const alpha : {.05, .3, 2., 50., 1e5})
    for (std::int64_t m = 2; m <= 6; ++m)
      EXPECT_LE(mean_two_symbol_optimum(alpha, .05, m), mean_two_symbol_optimum(alpha, .05, m - 1) + 1e-12);
  EXPECT_NEAR(mean_two_symbol_optimum(1e6, .1, 2), two_symbol_optimum(.5, .1, 2), 1e-3);
}

TEST(ShiftCode, CountsDigitsWithoutLogarithms) {
  EXPECT_EQ(digits(1, 2), 0);
  EXPECT_EQ(digits(2, 2), 1);
  EXPECT_EQ(digits(3, 2), 2);
  EXPECT_EQ(digits(4096, 64), 2);
  EXPECT_EQ(digits(4097, 64), 3);
  EXPECT_EQ(digits(125, 5), 3);
  EXPECT_EQ(digits(126, 5), 4);
}

TEST(Predictions, AreUndefinedWhereTheirTheoryDoesNotHold) {
  Parameters point;
  point.n = 2;
  Predictions all;
  predict_two_symbols(point, all);
  EXPECT_FALSE(std::isnan(all.zero_prob_exact2));
  EXPECT_TRUE(std::isnan(all.h_exact2_bits));
  point.p_kind = SymbolLaw::zipf;
  all = {};
  predict_two_symbols(point, all);
  EXPECT_FALSE(std::isnan(all.h_exact2_bits));
  EXPECT_TRUE(std::isnan(all.h_exact2_mean_bits));
  point.q_jitter = .1;
  all = {};
  predict_two_symbols(point, all);
  predict_observation_entropy(point, all);
  predict_information_bound(point, all);
  predict_interval_entropy(point, all);
  EXPECT_TRUE(std::isnan(all.h_exact2_bits));
  EXPECT_TRUE(std::isnan(all.h_q_bits));
  EXPECT_TRUE(std::isnan(all.h_info_mean_bits));
  EXPECT_TRUE(std::isnan(all.h_ind_mean_bits));
  point = {};
  point.q_kind = ObservationLaw::uniform;
  point.n = 1000;
  point.p_samples = 100;
  predict_shift_code(point, all);
  EXPECT_EQ(all.m_shift_lb, 7);
  EXPECT_EQ(all.m_shift_ub, 8);
}

}  // namespace
}  // namespace thresher::entropy_coupling
