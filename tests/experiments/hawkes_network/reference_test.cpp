#include "../trials.hpp"
#include "experiments/hawkes_network/experiment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

// Means of trials against reference values of an independent implementation (mean and standard error), within
// four standard errors of the difference.

namespace thresher::hawkes_network {
namespace {

class Reference : public ::testing::Test {
 protected:
  std::vector<Metrics> run(Parameters const& point, std::int64_t count) {
    std::vector<Metrics> all;
    for (std::int64_t trial = 0; trial < count; ++trial)
      all.push_back(trials::run_trial(experiment_, point, team_, trial, "reference\n"));
    return all;
  }
  static trials::Mean mean(std::vector<Metrics> const& all, double Metrics::*metric) {
    std::vector<double> values;
    for (auto const& metrics : all) values.push_back(metrics.*metric);
    return trials::mean_of(values);
  }
  static void expect(std::vector<Metrics> const& all, double Metrics::*metric, double value, double error,
                     char const* name) {
    auto const measured = mean(all, metric);
    EXPECT_LE(std::abs(measured.value - value), 4 * std::hypot(measured.error, error) + 1e-12)
        << name << ": " << measured.value << " +- " << measured.error;
  }
  Experiment experiment_;
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team team_{self_};
};

TEST_F(Reference, TwoStageFindsTheNetwork) {
  Parameters point;
  point.d = 48;
  point.c_time = 450;
  auto const all = run(point, 40);
  auto const exact = mean(all, &Metrics::exact_recovery);
  EXPECT_GE(exact.value, 0.9);  // 0.95 and more in theory; 40 of 40 in the reference
  expect(all, &Metrics::tpr, 1, 0, "tpr");
  EXPECT_LT(mean(all, &Metrics::fdr).value, 0.004);
  expect(all, &Metrics::candidates_mean, 13.96, 0.15, "candidates_mean");
  expect(all, &Metrics::adj_l2, 0.3537, 0.0036, "adj_l2");
  expect(all, &Metrics::mu_rmse, 0.0543, 0.0008, "mu_rmse");
  expect(all, &Metrics::n_events, 83723, 132, "n_events");
  EXPECT_EQ(mean(all, &Metrics::sure_screening).value, 1);
  expect(all, &Metrics::rate_rel, 0, 0, "rate_rel");
}

TEST_F(Reference, ScreeningAloneDoesNot) {
  Parameters point;
  point.d = 48;
  point.c_time = 900;
  point.method = Estimator::screen;
  auto const all = run(point, 30);
  EXPECT_EQ(mean(all, &Metrics::exact_recovery).value, 0);
  EXPECT_GT(mean(all, &Metrics::tpr).value, 0.999);
  expect(all, &Metrics::fdr, 0.246, 0.011, "fdr");
  expect(all, &Metrics::hamming, 32.0, 1.8, "hamming");
  expect(all, &Metrics::adj_l2, 0.818, 0.020, "adj_l2");
  expect(all, &Metrics::mu_rmse, 0.143, 0.007, "mu_rmse");
  expect(all, &Metrics::n_events, 167222, 187, "n_events");
}

TEST_F(Reference, ShortWindowsMissEdges) {
  Parameters point;
  point.d = 200;
  point.s = 1;
  point.alpha = 0.7;
  point.mu = 0.3;
  point.t_obs = 300;
  auto const all = run(point, 12);
  expect(all, &Metrics::tpr, 0.9760, 0.0029, "tpr");
  EXPECT_LT(mean(all, &Metrics::fdr).value, 0.004);
  expect(all, &Metrics::hamming, 4.80, 0.57, "hamming");
  expect(all, &Metrics::candidates_mean, 17.15, 0.38, "candidates_mean");
  expect(all, &Metrics::adj_l2, 2.06, 0.07, "adj_l2");
  expect(all, &Metrics::mu_rmse, 0.120, 0.003, "mu_rmse");
  expect(all, &Metrics::n_events, 60935, 269, "n_events");
}

TEST_F(Reference, TheOptimalDecoderIsNotBeaten) {
  Parameters point;
  point.d = 32;
  point.s = 1;
  point.graph = Graph::bipartite;
  point.alpha = 0.4;
  point.mu = 1;
  point.t_obs = 500;
  auto const two_stage = run(point, 25);
  point.method = Estimator::map_parent;
  auto const decoder = run(point, 25);
  EXPECT_GE(mean(decoder, &Metrics::exact_recovery).value + 1e-12,
            mean(two_stage, &Metrics::exact_recovery).value);
  EXPECT_GE(mean(decoder, &Metrics::tpr).value, mean(two_stage, &Metrics::tpr).value);
  EXPECT_GT(mean(decoder, &Metrics::tpr).value, 0.9);
  EXPECT_EQ(mean(decoder, &Metrics::mu_rmse).value, 0);
  EXPECT_EQ(mean(decoder, &Metrics::candidates_mean).value, 31);
}

TEST_F(Reference, MethodsMeetWhereTimeIsLong) {
  Parameters point;
  point.d = 24;
  point.c_time = 900;
  std::vector<double> errors;
  for (auto const method : {Estimator::two_stage, Estimator::ols, Estimator::lasso}) {
    point.method = method;
    auto const all = run(point, 5);
    EXPECT_GE(mean(all, &Metrics::tpr).value, 0.99);
    if (mean(all, &Metrics::exact_recovery).value == 1) errors.push_back(mean(all, &Metrics::adj_l2).value);
  }
  // With the exact support all refits are the same.
  ASSERT_GE(errors.size(), 2U);
  EXPECT_NEAR(errors[0], errors[1], 1e-9);
  point.method = Estimator::lasso;
  point.refit = false;
  EXPECT_GT(mean(run(point, 5), &Metrics::adj_l2).value, 2 * errors[0]);  // shrinkage
}

TEST_F(Reference, RescaledTimeGivesTheSameNetwork) {
  Parameters point;
  point.d = 24;
  point.t_obs = 600;
  auto const slow = run(point, 1).front();
  point.mu *= 2;
  point.beta *= 2;
  point.t_obs /= 2;
  auto const fast = run(point, 1).front();
  EXPECT_EQ(slow.hamming, fast.hamming);
  EXPECT_NEAR(slow.adj_l2, fast.adj_l2, 1e-9);
  EXPECT_NEAR(2 * slow.mu_rmse, fast.mu_rmse, 1e-9);
}

TEST_F(Reference, BinnedRefinementFindsTheSupport) {
  Parameters point;
  point.d = 24;
  point.c_time = 700;
  point.refine = Refine::binned;
  point.edge_rule = EdgeRule::alpha;
  point.clip = 4;
  auto const all = run(point, 6);
  EXPECT_GT(mean(all, &Metrics::tpr).value, 0.98);
  EXPECT_LT(mean(all, &Metrics::fdr).value, 0.05);
  EXPECT_LT(mean(all, &Metrics::adj_max).value, 0.25);
  EXPECT_LT(mean(all, &Metrics::mu_rmse).value, 0.25);  // biased: lags that are left out
}

}  // namespace
}  // namespace thresher::hawkes_network
