#include "../../trials.hpp"
#include "experiments/hawkes_network/estimators/stages.hpp"
#include "experiments/hawkes_network/experiment.hpp"
#include "experiments/hawkes_network/model/setting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace thresher::hawkes_network {
namespace {

/// Trials on the whole world against the same trials on each rank alone.
class TeamTest : public ::testing::Test {
 protected:
  mpi::Communicator world_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team together_{world_};
  study::Team alone_{self_};
};

TEST_F(TeamTest, EventsAndIntegersAreTheSame) {
  for (auto const kernel : {Kernel::exponential, Kernel::erlang})
    for (std::int64_t const d : {3, 37}) {
      Parameters point;
      point.d = d;
      point.kernel = kernel;
      point.t_obs = 120;
      point.self_weight = 0.1;
      point.mu_spread = 0.3;
      together_.begin_trial({"team\n", 2});
      alone_.begin_trial({"team\n", 2});
      TrialData const shared(std::span(&point, 1), together_);
      TrialData const whole(std::span(&point, 1), alone_);
      EXPECT_EQ(shared.total_rate, whole.total_rate);
      for (auto i = shared.streams.nodes.begin; i < shared.streams.nodes.end; ++i)
        EXPECT_TRUE(std::ranges::equal(shared.streams.of(i), whole.streams.of(i)));
      Observation const ours(world_, shared.streams, 100);
      Observation const theirs(self_, whole.streams, 100);
      EXPECT_EQ(ours.total(), theirs.total());
      ScreeningRequest const request{.candidates = true, .all_correlations = true};
      auto const a = screen_pairs(point, ours, request, together_);
      auto const b = screen_pairs(point, theirs, request, alone_);
      auto const begin = static_cast<std::size_t>(ours.own().begin);
      for (std::size_t row = 0; row < a.candidates.size(); ++row) {
        auto const& left = a.candidates[row];
        auto const& right = b.candidates[begin + row];
        ASSERT_EQ(left.size(), right.size());
        for (std::size_t k = 0; k < left.size(); ++k) {
          EXPECT_EQ(left[k].source, right[k].source);
          EXPECT_EQ(left[k].correlation, right[k].correlation);
        }
      }
      for (std::size_t k = 0; k < a.correlations.size(); ++k)
        EXPECT_EQ(a.correlations[k], b.correlations[begin * static_cast<std::size_t>(d) + k]);
    }
}

TEST_F(TeamTest, StreamsComeFromTheirOwners) {
  Parameters point;
  point.d = 11;
  point.t_obs = 30;
  together_.begin_trial({"team\n", 3});
  alone_.begin_trial({"team\n", 3});
  TrialData const shared(std::span(&point, 1), together_);
  TrialData const whole(std::span(&point, 1), alone_);
  Observation const observation(world_, shared.streams, 25);
  Observation const all(self_, whole.streams, 25);
  std::vector<std::int32_t> nodes;
  for (std::int32_t node = world_.rank() % 2; node < 11; node += 2 + world_.rank()) nodes.push_back(node);
  NodeStreams const streams(observation, nodes);
  for (auto const node : nodes) EXPECT_TRUE(std::ranges::equal(streams.of(node), all.of(node)));
}

void expect_equal(Metrics const& a, Metrics const& b, double tolerance) {
  for (auto const metric :
       {&Metrics::hamming, &Metrics::tpr, &Metrics::fdr, &Metrics::separable, &Metrics::best_hamming,
        &Metrics::n_events, &Metrics::candidates_mean, &Metrics::sure_screening, &Metrics::rows_wrong})
    EXPECT_DOUBLE_EQ(a.*metric, b.*metric);
  for (auto const metric : {&Metrics::adj_l2, &Metrics::adj_max, &Metrics::mu_rmse, &Metrics::rate_rel})
    EXPECT_NEAR(a.*metric, b.*metric, tolerance);
}

TEST_F(TeamTest, MetricsAgree) {
  Experiment const experiment;
  Parameters point;
  point.d = 30;
  point.t_obs = 400;
  for (auto const method : {Estimator::two_stage, Estimator::screen, Estimator::ols, Estimator::lasso}) {
    point.method = method;
    for (auto const rule : {EdgeRule::fwer, EdgeRule::alpha, EdgeRule::fdr}) {
      point.edge_rule = rule;
      point.level = 0.2;
      expect_equal(trials::run_trial(experiment, point, together_, 1),
                   trials::run_trial(experiment, point, alone_, 1), 1e-6);
    }
  }
  point.method = Estimator::two_stage;
  point.edge_rule = EdgeRule::alpha;
  point.refine = Refine::binned;
  expect_equal(trials::run_trial(experiment, point, together_, 1),
               trials::run_trial(experiment, point, alone_, 1), 1e-9);
  point.refine = Refine::kernel;
  point.method = Estimator::map_parent;
  point.graph = Graph::bipartite;
  point.s = 1;
  expect_equal(trials::run_trial(experiment, point, together_, 1),
               trials::run_trial(experiment, point, alone_, 1), 1e-9);
}

TEST_F(TeamTest, ManyNodesAreFittedRowByRow) {
  Experiment const experiment;
  Parameters point;
  point.d = 600;
  point.t_obs = 60;
  point.alpha = 0.4;
  auto const team = trials::run_trial(experiment, point, together_, 1);
  auto const single = trials::run_trial(experiment, point, alone_, 1);
  expect_equal(team, single, 1e-12);
}

}  // namespace
}  // namespace thresher::hawkes_network
