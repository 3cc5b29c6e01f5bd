#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

// Means of an independent implementation of the specification.

namespace thresher::partial_order {
namespace {

struct Reference {
  char const* name;
  double Metrics::*metric;
  double value;
  double error;
};

/// The mean of trials and a published mean differ by at most four standard errors of their difference.
void expect_references(std::vector<Metrics> const& measured, std::vector<Reference> const& references) {
  for (auto const& [name, metric, value, error] : references) {
    auto const mean = estimate(measured, metric);
    EXPECT_NEAR(mean.value, value, 4 * std::hypot(mean.error, error)) << name;
  }
}

TEST(PosetReference, RelaxedMode) {
  auto point = with_method(MethodKind::map);
  point.n_sequences = 40;
  expect_references(run_trials(point, 20), {{"closure_f1", &Metrics::closure_f1, 0.992, 0.006},
                                            {"cover_f1", &Metrics::cover_f1, 0.984, 0.010},
                                            {"heldout_loglik", &Metrics::heldout_loglik, -0.634, 0.022},
                                            {"heldout_excess", &Metrics::heldout_excess, 0.015, 0.009},
                                            {"edge_brier", &Metrics::edge_brier, 0.0091, 0.0019},
                                            {"edge_ece", &Metrics::edge_ece, 0.032, 0.002},
                                            {"feasible_recall", &Metrics::feasible_recall, 0.968, 0.019},
                                            {"relaxation_gap", &Metrics::relaxation_gap, 0.038, 0.005}});
}

TEST(PosetReference, ThresholdAndWhatIsPredictedOfIt) {
  auto point = with_method(MethodKind::threshold);
  point.n_sequences = 40;
  auto const trials = run_trials(point, 60);
  expect_references(trials, {{"closure_f1", &Metrics::closure_f1, 0.979, 0.004},
                             {"raw_threshold_tp", &Metrics::raw_threshold_tp, 17.95, 0.48},
                             {"raw_threshold_fp", &Metrics::raw_threshold_fp, 0.50, 0.11},
                             {"pred_margin", &Metrics::pred_margin, 0.109, 0.009},
                             {"pred_n_half", &Metrics::pred_n_half, 16.8, 0.8},
                             {"chernoff_min", &Metrics::chernoff_min, 0.0395, 0.0021}});
  // Of the trial's own order: paired differences.
  for (auto const& [measured, predicted] :
       {std::pair{&Metrics::raw_threshold_tp, &Metrics::pred_threshold_tp},
        std::pair{&Metrics::raw_threshold_fp, &Metrics::pred_threshold_fp},
        std::pair{&Metrics::ip_cov, &Metrics::pred_ip_cov}}) {
    std::vector<double> differences;
    for (auto const& trial : trials) differences.push_back(trial.*measured - trial.*predicted);
    auto const mean = trials::mean_of(differences);
    EXPECT_NEAR(mean.value, 0, 4 * mean.error);
  }
}

TEST(PosetReference, ExactPosterior) {
  expect_references(run_trials(small_point(MethodKind::exact), 30),
                    {{"closure_f1", &Metrics::closure_f1, 0.936, 0.018},
                     {"edge_brier", &Metrics::edge_brier, 0.0191, 0.0039},
                     {"edge_ece", &Metrics::edge_ece, 0.036, 0.005},
                     {"heldout_excess", &Metrics::heldout_excess, 0.030, 0.007},
                     {"exact_recovery", &Metrics::exact_recovery, 0.60, 0.09}});
}

TEST(PosetReference, PlackettLuce) {
  auto point = with_method(MethodKind::plackett_luce);
  point.n_sequences = 40;
  auto const trials = run_trials(point, 40);
  expect_references(trials, {{"closure_f1", &Metrics::closure_f1, 0.784, 0.015},
                             {"heldout_excess", &Metrics::heldout_excess, 0.109, 0.005},
                             {"feasible_recall", &Metrics::feasible_recall, 0.018, 0.003}});
  for (auto const& trial : trials) EXPECT_GT(trial.closure_recall, 0.9);
  EXPECT_NEAR(estimate(trials, &Metrics::closure_recall).value, 1, 0.01);
}

TEST(PosetReference, IntersectionFindsWhatIsPredicted) {
  auto point = with_method(MethodKind::intersection);
  for (std::int64_t const lists : {5, 20}) {
    point.n_sequences = lists;
    std::vector<double> found, wrong;
    for (auto const& trial : run_trials(point, 100)) {
      found.push_back(trial.closure_tp - trial.pred_intersection_tp);
      wrong.push_back(trial.closure_fp - trial.pred_intersection_fp);
    }
    auto const more = trials::mean_of(found);
    auto const false_ones = trials::mean_of(wrong);
    EXPECT_NEAR(more.value, 0, 4 * more.error) << lists;
    EXPECT_NEAR(false_ones.value, 0, 4 * false_ones.error) << lists;
  }
}

TEST(PosetReference, SearchRecoversAsPredicted) {
  auto point = with_method(MethodKind::poset_search);
  for (std::int64_t const lists : {8, 24}) {
    point.n_sequences = lists;
    std::vector<double> differences;
    for (auto const& trial : run_trials(point, 60))
      differences.push_back(trial.exact_recovery - trial.pred_search_exact);
    auto const mean = trials::mean_of(differences);
    EXPECT_NEAR(mean.value, 0, 0.1 + 3 * mean.error) << lists;
  }
}

TEST(PosetReference, TruePosetsHaveTheirDensity) {
  auto point = with_method(MethodKind::oracle);
  point.n_test = 1;
  point.dp_max_items = 0;
  point.poset_rho = 0.3;
  auto const correlated = estimate(run_trials(point, 200), &Metrics::relation_density);
  EXPECT_NEAR(correlated.value, 0.2984934, 4 * correlated.error);
  point.poset_rho = 0;
  auto const maximal = estimate(run_trials(point, 200), &Metrics::maximal_items);
  double harmonic = 0;
  for (int k = 1; k <= 8; ++k) harmonic += 1.0 / k;
  EXPECT_NEAR(maximal.value, harmonic, 4 * maximal.error);
}

}  // namespace
}  // namespace thresher::partial_order
