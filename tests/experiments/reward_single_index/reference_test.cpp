#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

// Means of an independent implementation of the specification.

namespace thresher::reward_single_index {
namespace {

/// The mean of trials and a published mean differ by at most four standard errors of their difference.
void expect_reference(std::vector<Metrics> const& measured, double Metrics::*metric, double value,
                      double error, char const* name) {
  auto const mean = estimate(measured, metric);
  EXPECT_NEAR(mean.value, value, 4 * std::hypot(mean.error, error)) << name;
}

double predicted_overlap(Parameters const& point) {
  Predictions predicted;
  predict_first_stage(point, predicted);
  return predicted.overlap;
}

Parameters with_readout(Parameters point, Weighting weighting, double beta2) {
  point.n2 = 20'000;
  point.weighting = weighting;
  point.beta2 = beta2;
  point.reward_clip = 3;
  return point;
}

TEST(Reference, FirstMoment) {
  auto point = first_stage(FirstStage::moment1, Link::wave3, 300, 20);
  point.beta1 = 2;
  auto const trials = run_trials(point, 30);
  expect_reference(trials, &Metrics::overlap_mean, 0.3719, 0.0144, "overlap_mean");
  EXPECT_NEAR(predicted_overlap(point), 0.3597, 1e-3);
}

TEST(Reference, SlicedInverseRegression) {
  auto const point = first_stage(FirstStage::sir, Link::wave3, 300, 8);
  auto const trials = run_trials(point, 20);
  expect_reference(trials, &Metrics::overlap_mean, 0.8650, 0.0021, "overlap_mean");
  EXPECT_NEAR(predicted_overlap(point), 0.8714, 1e-3);
}

TEST(Reference, OnlineNeuronsWithALabelWeightedReadout) {
  auto const point =
      with_readout(first_stage(FirstStage::online, Link::tanh, 200, 60), Weighting::label, 0.7);
  auto const trials = run_trials(point, 8);
  expect_reference(trials, &Metrics::overlap_mean, 0.9156, 0.0053, "overlap_mean");
  expect_reference(trials, &Metrics::frac_strong, 0.7005, 0.0242, "frac_strong");
  expect_reference(trials, &Metrics::rel_regret, 0.0235, 0.0024, "rel_regret");
  expect_reference(trials, &Metrics::net_gain, 0.5673, 0.0014, "net_gain");
  EXPECT_NEAR(predicted_overlap(point), 0.9193, 2e-3);
  EXPECT_NEAR(estimate(trials, &Metrics::overlap_mean).value, predicted_overlap(point), 0.03);
  for (auto const& trial : trials) EXPECT_LT(trial.identity_defect, 1e-10);
}

TEST(Reference, OracleFeatures) {
  auto point = first_stage(FirstStage::oracle, Link::wave3, 50, 1);
  point.noise_std = 0.3;
  point = with_readout(point, Weighting::label, 1);
  auto const trials = run_trials(point, 12);
  expect_reference(trials, &Metrics::rel_regret, 0.0070, 0.0002, "rel_regret");
  expect_reference(trials, &Metrics::fit_var, 0.0171, 0.0002, "fit_var");
  expect_reference(trials, &Metrics::net_gain, 0.4652, 0.0001, "net_gain");
  Predictions predicted;
  predict_readout(point, predicted);
  expect_reference(trials, &Metrics::ess2_frac, predicted.ess2_frac_theory, 0.02 * predicted.ess2_frac_theory,
                   "ess2_frac");
  // Few neurons: the reference's theory, and trials on it.
  point.n_neurons = 10;
  for (auto const& [weighting, regret] :
       {std::pair(Weighting::none, 0.35352), std::pair(Weighting::surrogate, 0.27955)}) {
    point.weighting = weighting;
    auto const measured = estimate(run_trials(point, 10), &Metrics::rel_regret);
    EXPECT_NEAR(measured.value, regret, 4 * measured.error + 0.01 * regret);
    EXPECT_LT(measured.error, 0.04 * regret);
  }
}

TEST(Reference, FirstMomentWithASurrogateWeightedReadout) {
  auto const point =
      with_readout(first_stage(FirstStage::moment1, Link::tanh, 200, 20), Weighting::surrogate, 0.7);
  auto const trials = run_trials(point, 12);
  expect_reference(trials, &Metrics::overlap_mean, 0.9516, 0.0011, "overlap_mean");
  expect_reference(trials, &Metrics::rel_regret, 0.0944, 0.0020, "rel_regret");
  Predictions predicted;
  predict_readout(point, predicted);
  EXPECT_NEAR(predicted.rel_regret_theory, 0.0944, 1e-3);
  EXPECT_NEAR(estimate(trials, &Metrics::overlap_mean).value, predicted_overlap(point), 0.02);
}

TEST(Reference, SpectralOverlapsAreOnTheirLaw) {
  auto point = first_stage(FirstStage::spectral, Link::wave4, 300, 40);
  point.beta1 = 2;
  point.noise_kind = NoiseKind::uniform;
  auto const trials = run_trials(point, 5);
  EXPECT_NEAR(predicted_overlap(point), 0.85941, 2e-3);
  EXPECT_NEAR(estimate(trials, &Metrics::overlap_mean).value, predicted_overlap(point), 0.03);
  // T = 1: a Wishart matrix, whose largest eigenvalue is at the edge of its bulk.
  point.transform = Transform::exp;
  point.beta1 = 1e9;
  point.alpha1 = 4;
  point.spectral_end = SpectralEnd::largest;
  auto const constant = run_trial(point);
  EXPECT_NEAR(constant.eig_top, 2.25, 0.05);
  EXPECT_NEAR(predicted_overlap(point), 0, 1e-3);
}

}  // namespace
}  // namespace thresher::reward_single_index
