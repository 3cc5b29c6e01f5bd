#include "experiments/reward_single_index/model/conditional_moments.hpp"
#include "experiments/reward_single_index/theory/optimum.hpp"
#include "experiments/reward_single_index/theory/predictions.hpp"
#include "experiments/reward_single_index/theory/readout_law.hpp"
#include "experiments/reward_single_index/theory/slice_law.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

// Numbers of an independent implementation of the specification, and closed forms.

namespace thresher::reward_single_index {
namespace {

Parameters with_link(Link link, double beta1 = 0.7, double noise = 0) {
  Parameters point;
  point.link = link;
  point.beta1 = beta1;
  point.noise_std = noise;
  return point;
}
Predictions signals_of(Parameters const& point) {
  Predictions predicted;
  predict_signals(point, predicted);
  return predicted;
}
Predictions first_stage_of(Parameters const& point) {
  Predictions predicted;
  predict_first_stage(point, predicted);
  return predicted;
}

TEST(Links, HaveTheirConstants) {
  struct Known {
    Link link;
    double mean, deviation, lowest, highest;
  };
  for (auto const& known : {Known{Link::tanh, 0, 0.73528796, -1.36001, 1.36001},
                            Known{Link::wave3, 0, 2.09065064, -2.34519, 2.34519},
                            Known{Link::wave4, 0.75, 0.89791277, -4.72873, 1.42687},
                            Known{Link::z2exp, 0.19245009, 0.12895191, -1.49242, 1.36042},
                            Known{Link::deceptive, 0.27087260, 0.58734410, -2.16374, 3.00558}}) {
    RewardLink const link(with_link(known.link));
    EXPECT_NEAR(link.mean(), known.mean, 1e-7);
    EXPECT_NEAR(link.deviation(), known.deviation, 1e-7);
    EXPECT_NEAR(link.shape().lowest, known.lowest, 2e-4);
    EXPECT_NEAR(link.shape().highest, known.highest, 2e-4);
  }
}

TEST(Links, HaveTheirInformationExponents) {
  struct Known {
    Link link;
    double exponent, coefficient;
  };
  for (auto const& [link, exponent, coefficient] :
       {Known{Link::linear, 1, 1}, Known{Link::tanh, 1, 0.937085}, Known{Link::quadratic, 2, 1},
        Known{Link::hermite3, 3, 1}, Known{Link::wave3, 3, 0.585820}, Known{Link::wave4, 4, -0.681995},
        Known{Link::z2exp, 4, -0.406185}, Known{Link::deceptive, 1, -0.293370}}) {
    auto point = with_link(link);
    point.transform = Transform::label;
    auto const predicted = signals_of(point);
    EXPECT_EQ(predicted.ie_link, exponent);
    EXPECT_EQ(predicted.ie_transform, exponent);
    double const coefficients[] = {predicted.signal1, predicted.signal2, predicted.signal3,
                                   predicted.signal4};
    for (int k = 1; k < exponent; ++k) EXPECT_NEAR(coefficients[k - 1], 0, 1e-10);
    EXPECT_NEAR(coefficients[static_cast<int>(exponent) - 1], coefficient, 1e-6);
  }
}

TEST(Signals, OfExponentiallyWeightedLabels) {
  auto const wave = signals_of(with_link(Link::wave3));
  EXPECT_NEAR(wave.signal1, 0.264598, 1e-6);
  EXPECT_NEAR(wave.signal2, 0.401157, 1e-6);
  EXPECT_NEAR(wave.signal3, 0.354362, 1e-6);
  EXPECT_NEAR(wave.ess1_frac_theory, 0.289109, 1e-6);
  auto const warm = signals_of(with_link(Link::wave3, 2));
  EXPECT_NEAR(warm.signal1, 0.087043, 1e-6);
  EXPECT_NEAR(warm.signal2, 0.249454, 1e-6);
  EXPECT_NEAR(warm.signal3, 0.496494, 1e-6);
  auto const tanh = signals_of(with_link(Link::tanh));
  EXPECT_NEAR(tanh.signal1, 0.710374, 1e-6);
  EXPECT_NEAR(tanh.signal2, 0.304222, 1e-6);
  auto const even = signals_of(with_link(Link::wave4));
  EXPECT_NEAR(even.signal2, 0.251991, 1e-6);
  EXPECT_NEAR(even.signal4, -0.426281, 1e-6);
  EXPECT_EQ(even.ie_transform, 2);
  for (double const beta : {0.3, 1.0, 4.0})
    EXPECT_NEAR(signals_of(with_link(Link::z2exp, beta)).signal2, 0, 1e-9);
}

TEST(Signals, OfUnboundedLinksMatchClosedForms) {
  for (double const beta : {0.3, 0.7, 2.0}) {
    double const b = 1 / (beta * beta);
    EXPECT_NEAR(signals_of(with_link(Link::linear, beta)).signal1,
                (1 + b) * std::exp(-b / 2) / std::sqrt(1 + 4 * b), 1e-9);
  }
  auto const unweighted = signals_of(with_link(Link::wave3, std::numeric_limits<double>::infinity()));
  EXPECT_NEAR(unweighted.signal3, 0.585820, 1e-6);
  EXPECT_EQ(unweighted.ess1_frac_theory, 1);
  double const k = std::sqrt(2.0) / 2.9;
  EXPECT_NEAR(signals_of(with_link(Link::quadratic, 2.9)).ess1_frac_theory, std::sqrt(1 - 2 * k) / (1 - k),
              1e-6);
}

TEST(Signals, OfTheDeceptiveLinkChangeSign) {
  EXPECT_GT(signals_of(with_link(Link::deceptive, 2.5)).signal1, 0);
  EXPECT_LT(signals_of(with_link(Link::deceptive, 3.3)).signal1, 0);
}

TEST(Signals, TheBestTransformResolvesTheNoise) {
  auto point = with_link(Link::wave3, 0.7, 0.1);
  point.transform = Transform::optimal;
  double const best = signals_of(point).signal1;
  EXPECT_NEAR(best * best, 0.4374, 2e-4);
  point.transform = Transform::exp_label;
  double const weighted = signals_of(point).signal1;
  EXPECT_NEAR(weighted * weighted, 0.067, 1e-3);
  // Sliced inverse regression stays below the ceiling over all transforms.
  EXPECT_LT(slice_signal(point, RewardLink(point)), best * best);
}

TEST(Slices, CollectTheFirstSignal) {
  auto point = with_link(Link::wave3, 0.7, 0.1);
  EXPECT_NEAR(slice_signal(point, RewardLink(point)), 0.39379, 2e-4);
  point.slices = 10;
  EXPECT_NEAR(slice_signal(point, RewardLink(point)), 0.15385, 2e-4);
  point = with_link(Link::tanh, 0.7, 0.1);
  EXPECT_NEAR(slice_signal(point, RewardLink(point)), 0.91242, 2e-4);
}

TEST(SpectralLaw, HasTheReferenceOverlaps) {
  auto point = with_link(Link::wave4, 0.7, 0.1);
  point.stage1 = FirstStage::spectral;
  point.noise_kind = NoiseKind::uniform;
  point.d = 300;
  point.alpha1 = 20;
  EXPECT_NEAR(first_stage_of(point).overlap, 0.64589, 2e-3);
  point.alpha1 = 40;
  point.beta1 = 2;
  auto const warm = first_stage_of(point);
  EXPECT_NEAR(warm.overlap, 0.85941, 2e-3);
  EXPECT_GT(warm.outlier_gap, 0);
  EXPECT_EQ(warm.overlap, std::max(warm.overlap_largest, warm.overlap_smallest));
}

TEST(OnlineFlow, ConvergesToTheReferenceOverlaps) {
  auto point = with_link(Link::wave3, 0.7, 0.1);
  point.d = 100'000;
  point.alpha1 = 60;
  auto const far = first_stage_of(point);
  EXPECT_NEAR(far.overlap, 0.67773, 1e-3);
  EXPECT_GE(far.overlap, std::abs(far.overlap_signed_theory));
  point.d = 200;
  point.alpha1 = 1000;
  EXPECT_NEAR(first_stage_of(point).overlap, 0.8000, 1e-3);
}

TEST(OnlineFlow, TanhLearnsTheDirectionOfALinearReward) {
  auto point = with_link(Link::linear, std::numeric_limits<double>::infinity(), 0.1);
  point.activation1 = Activation::tanh;
  point.alpha1 = 100;
  EXPECT_GT(first_stage_of(point).overlap_signed_theory, 0.8);
}

TEST(Optimum, HasTheReferenceValues) {
  RewardLink const wave(with_link(Link::wave3));
  auto const cold = optimum(wave, 0.5);
  EXPECT_NEAR(cold.value, 1.452246, 1e-6);
  EXPECT_NEAR(cold.divergence(0.5), 1.248274, 1e-6);
  EXPECT_NEAR(cold.objective(0.5), 0.828109, 1e-6);
  EXPECT_NEAR(cold.coverage, 7.20643, 1e-5);
  auto const warm = optimum(wave, 1);
  EXPECT_NEAR(warm.value, 0.884061, 1e-6);
  EXPECT_NEAR(warm.divergence(1), 0.415628, 1e-6);
  EXPECT_NEAR(warm.objective(1), 0.468433, 1e-6);
  EXPECT_NEAR(warm.coverage, 2.053101, 1e-6);
  auto const tanh = optimum(RewardLink(with_link(Link::tanh)), 1);
  EXPECT_NEAR(tanh.value, 0.803191, 1e-6);
  EXPECT_NEAR(tanh.divergence(1), 0.357195, 1e-6);
  EXPECT_NEAR(tanh.objective(1), 0.445996, 1e-6);
}

TEST(Optimum, OfALinearRewardIsAShift) {
  RewardLink const linear(with_link(Link::linear));
  for (double const beta : {0.1, 0.2, 1.0}) {
    auto const best = optimum(linear, beta);
    EXPECT_NEAR(best.value * beta, 1, 1e-9);
    EXPECT_NEAR(best.objective(beta) * beta, 0.5, 1e-9);
    EXPECT_NEAR(best.divergence(beta) * beta * beta, 0.5, 1e-9);
    EXPECT_NEAR(std::log(best.coverage) * beta * beta, 1, 1e-9);
  }
}

TEST(ReadoutLaw, HasTheReferenceRegrets) {
  auto point = with_link(Link::wave3, 0.7, 0.3);
  point.stage1 = FirstStage::oracle;
  point.n2 = 20'000;
  point.n_neurons = 10;
  point.reward_clip = 3;
  point.beta2 = 1;
  for (auto const& [weighting, regret] :
       {std::pair(Weighting::none, 0.35352), std::pair(Weighting::label, 0.32673),
        std::pair(Weighting::surrogate, 0.27955)}) {
    point.weighting = weighting;
    Predictions predicted;
    predict_readout(point, predicted);
    EXPECT_NEAR(predicted.rel_regret_theory, regret, 0.01 * regret);
    EXPECT_EQ(predicted.regret_theory_valid, 1);
  }
  point.n_neurons = 32;
  point.weighting = Weighting::surrogate;
  point.beta2 = 0.2;
  Predictions predicted;
  predict_readout(point, predicted);
  EXPECT_NEAR(predicted.rel_regret_theory, 1.86, 0.02);
  EXPECT_EQ(predicted.regret_theory_valid, 0);
}

TEST(ReadoutLaw, KnowsTheEffectiveRowsOfALinearReward) {
  auto point = with_link(Link::linear, 0.7, 0.3);
  point.stage1 = FirstStage::oracle;
  point.beta2 = 0.8;
  auto const predicted = readout_prediction(point, RewardLink(point), 1);
  EXPECT_NEAR(predicted.weight_efficiency, std::exp(-(1 + 0.09) / 0.64), 1e-6);
}

}  // namespace
}  // namespace thresher::reward_single_index
