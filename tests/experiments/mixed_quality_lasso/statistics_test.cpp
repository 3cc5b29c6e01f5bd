// Measured against measured, and against theory. Trials are fixed by the seed: a failure is a change of the
// code, not bad luck. Limits are three or four standard errors of the means.

#include "experiments/mixed_quality_lasso/theory/predictions.hpp"
#include "trials.hpp"

#include <gtest/gtest.h>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::fixed_lambda;
using testing::Mean;
using testing::mean_of;
using testing::mean_over_trials;
using testing::Trials;

class Statistics : public ::testing::Test {
 protected:
  mpi::Communicator comm = mpi::Communicator::self();
  Trials trials{comm};

  void expect_agreement(Mean const& a, Mean const& b, double errors, char const* what) {
    EXPECT_NEAR(a.value, b.value, errors * std::hypot(a.error, b.error)) << what;
  }
};

TEST_F(Statistics, WitnessReferenceValues) {
  auto const point = testing::witness_reference(Weighting::agnostic);
  int const count = 600;
  expect_agreement(mean_over_trials(trials, point, count, &Metrics::cond_success_prob), {0.736, 0.007}, 4,
                   "success");
  expect_agreement(mean_over_trials(trials, point, count, &Metrics::pdw_v), {0.0379, 0.0001}, 4, "pdw_v");
  expect_agreement(mean_over_trials(trials, point, count, &Metrics::noise_power), {0.989, 0.004}, 4,
                   "noise_power");
}

TEST_F(Statistics, MessagePassingReferenceValues) {
  auto const point = testing::message_passing_reference();
  std::vector<double> mse;
  std::vector<double> fdp;
  for (int trial = 0; trial < 60; ++trial) {
    auto const metrics = trials.run(point, trial);
    mse.push_back(metrics.mse);
    fdp.push_back(metrics.fdp);
    EXPECT_GE(metrics.overlap, 0.98);
  }
  expect_agreement(mean_of(mse), {0.1225, 0.0033}, 4, "mse");
  expect_agreement(mean_of(fdp), {0.319, 0.007}, 4, "fdp");
  // State evolution, relative 8 %.
  Predictions theory;
  predict_lasso(point, theory);
  EXPECT_NEAR(mean_of(mse).value, theory.se_mse, 0.08 * theory.se_mse + 3 * mean_of(mse).error);
  EXPECT_NEAR(mean_of(fdp).value, theory.se_fdp, 0.08 * theory.se_fdp + 3 * mean_of(fdp).error);
}

TEST_F(Statistics, MatchingPursuitReferenceValues) {
  Parameters point{.p = 256,
                   .s = 6,
                   .theta = 0.8,
                   .hq_fraction = 0.3,
                   .sigma1 = 0.2,
                   .sigma2 = 1,
                   .estimator = Estimator::omp};
  expect_agreement(mean_over_trials(trials, point, 1000, &Metrics::exact_support), {0.865, 0.011}, 4,
                   "exact_support");
  expect_agreement(mean_over_trials(trials, point, 1000, &Metrics::overlap), {0.9545, 0.0043}, 4, "overlap");
}

TEST_F(Statistics, MaximumCorrelationReferenceValues) {
  Parameters point{
      .p = 256, .s = 6, .theta = 2, .sigma1 = 0.2, .sigma2 = 1, .estimator = Estimator::max_corr};
  auto const exact = mean_over_trials(trials, point, 1500, &Metrics::exact_support);
  auto const conditional = mean_over_trials(trials, point, 1500, &Metrics::cond_success_prob);
  expect_agreement(exact, {0.759, 0.014}, 4, "exact_support");
  expect_agreement(conditional, {0.766, 0.010}, 4, "cond_success_prob");
  expect_agreement(exact, conditional, 3, "conditional probability");
}

TEST_F(Statistics, RecoveryHasTheWitnesssProbability) {
  for (auto const weighting :
       {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference, Weighting::hq_only}) {
    auto point = fixed_lambda(Estimator::lasso, weighting, 0.43);
    point.p = 512;
    point.s = 8;
    point.n1 = 60;
    point.n2 = 45;
    point.sigma1 = 0.1;
    point.sigma2 = 0.6;
    int const count = 400;
    std::vector<double> differences;
    std::vector<double> conditional;
    std::vector<double> variances;
    for (int trial = 0; trial < count; ++trial) {
      auto const metrics = trials.run(point, trial);
      differences.push_back(metrics.sign_recovery - metrics.cond_success_prob);
      conditional.push_back(metrics.cond_success_prob);
      variances.push_back(metrics.pdw_v);
    }
    expect_agreement(mean_of(differences), {0, 0}, 3, "recovery");
    Predictions theory;
    predict_lasso(point, theory);
    EXPECT_NEAR(mean_of(conditional).value, theory.lasso_success, 0.03 + 3 * mean_of(conditional).error);
    EXPECT_NEAR(mean_of(variances).value, theory.lasso_v,
                0.03 * theory.lasso_v + 3 * mean_of(variances).error);
    if (weighting == Weighting::agnostic) {  // where both outcomes are common
      EXPECT_GT(mean_of(conditional).value, 0.2);
      EXPECT_LT(mean_of(conditional).value, 0.8);
    }
  }
}

// Theorem 3 and beyond: agnostic curves at one (n, sigma_avg) coincide, for the LASSO and for maximum
// likelihood.
TEST_F(Statistics, AgnosticMixesOfOneAverageNoiseAgree) {
  for (auto const estimator : {Estimator::lasso, Estimator::ml_exhaustive}) {
    std::vector<Mean> means;
    for (double const share : {0.0, 0.3, 0.6}) {
      auto point = fixed_lambda(estimator, Weighting::agnostic, 0.43);
      bool const ml = estimator == Estimator::ml_exhaustive;
      point.p = ml ? 20 : 512;
      point.s = ml ? 3 : 8;
      point.theta = ml ? 4 : 0.9;
      point.hq_fraction = share;
      point.sigma1 = 0.1;
      point.sigma_avg = ml ? 4 : 0.43;
      Trials independent(comm, "share=" + std::to_string(share) + "\n");
      means.push_back(mean_over_trials(independent, point, 500, &Metrics::exact_support));
    }
    expect_agreement(means[0], means[1], 3, "share 0 and 0.3");
    expect_agreement(means[0], means[2], 3, "share 0 and 0.6");
    EXPECT_GT(means[0].value, 0.1);
    EXPECT_LT(means[0].value, 0.9);
  }
}

TEST_F(Statistics, MaximumLikelihoodRespectsItsBounds) {
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance}) {
    Parameters point{.p = 20,
                     .s = 3,
                     .n1 = 6,
                     .n2 = 60,
                     .sigma1 = 0.5,
                     .sigma2 = 1.5,
                     .estimator = Estimator::ml_exhaustive,
                     .weighting = weighting};
    auto const success = mean_over_trials(trials, point, 800, &Metrics::exact_support);
    Predictions theory;
    predict_ml(point, theory);
    predict_information(point, theory);
    EXPECT_LE(1 - success.value, theory.ml_fail_union + 3 * success.error);
    EXPECT_LE(success.value, theory.fano_success_upper + 3 * success.error);
  }
}

TEST_F(Statistics, MoreGoodRowsHelpTheInformed) {
  double last_lasso = 0;
  double last_ml = 0;
  for (int const n1 : {4, 8, 14, 24}) {
    auto lasso = fixed_lambda(Estimator::pdw, Weighting::interference, 0.4);
    lasso.p = 1000;
    lasso.s = 5;
    lasso.n1 = 4 * n1;
    lasso.n2 = 40;
    auto const recovered = mean_over_trials(trials, lasso, 300, &Metrics::cond_success_prob);
    EXPECT_GE(recovered.value, last_lasso - 3 * recovered.error);
    last_lasso = recovered.value;
    Parameters ml{.p = 20,
                  .s = 3,
                  .n1 = n1 / 2,
                  .n2 = 10,
                  .sigma1 = 0.5,
                  .sigma2 = 3,
                  .estimator = Estimator::ml_exhaustive,
                  .weighting = Weighting::inverse_variance};
    auto const exact = mean_over_trials(trials, ml, 300, &Metrics::exact_support);
    EXPECT_GE(exact.value, last_ml - 3 * exact.error);
    last_ml = exact.value;
  }
  EXPECT_GT(last_lasso, 0.5);
  EXPECT_GT(last_ml, 0.5);
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
