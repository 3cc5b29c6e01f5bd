#include "../trials.hpp"
#include "experiments/hawkes_network/data/observation.hpp"
#include "experiments/hawkes_network/data/trial_data.hpp"
#include "experiments/hawkes_network/model/setting.hpp"
#include "experiments/hawkes_network/theory/second_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace thresher::hawkes_network {
namespace {

class Simulation : public ::testing::Test {
 protected:
  TrialData draw(Parameters const& point, std::int64_t trial) {
    team_.begin_trial({"simulation\n", trial});
    return {std::span(&point, 1), team_};
  }
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team team_{self_};
};

Parameters small_point() {
  Parameters point;
  point.d = 12;
  point.t_obs = 50;
  return point;
}

TEST_F(Simulation, NetworksHaveTheirShapes) {
  auto point = small_point();
  point.d = 31;
  point.s = 4;
  point.alpha_spread = 1.5;
  point.alpha = 0.05;
  for (auto const graph : {Graph::in_regular, Graph::bipartite, Graph::circulant}) {
    point.graph = graph;
    auto const network = *draw(point, 1).truth;
    EXPECT_EQ(network.edges(), 4 * target_count(point));
    std::vector<int> children(31, 0);
    std::set<std::int32_t> offsets;
    for (std::int32_t i = 0; i < 31; ++i) {
      auto const parents = network.parents(i);
      bool const has_parents = graph != Graph::bipartite || i >= 15;
      ASSERT_EQ(parents.size(), has_parents ? 4U : 0U);
      EXPECT_TRUE(std::ranges::is_sorted(parents, std::less_equal<>()) || parents.empty());
      for (auto const parent : parents) {
        EXPECT_NE(parent, i);
        EXPECT_LT(parent, graph == Graph::bipartite ? 15 : 31);
        ++children[static_cast<std::size_t>(parent)];
        offsets.insert((parent - i + 31) % 31);
      }
      for (double const weight : network.parent_weights(i)) {
        EXPECT_GE(weight, 0.05);
        EXPECT_LE(weight, 0.125);
      }
    }
    if (graph == Graph::circulant) {
      EXPECT_EQ(offsets.size(), 4U);
      for (int const count : children) EXPECT_EQ(count, 4);
    }
  }
  point.graph = Graph::in_regular;
  point.s = 30;  // everyone
  point.alpha = 0.01;
  EXPECT_EQ(draw(point, 1).truth->parents(3).size(), 30U);
  point.hub_exponent = 4;
  point.s = 1;
  int to_hubs = 0;
  for (int trial = 0; trial < 20; ++trial) {
    auto const data = draw(point, trial);
    for (auto const source : data.truth->sources) to_hubs += source < 8 ? 1 : 0;
  }
  EXPECT_GT(to_hubs, 20 * 31 / 2);  // (8/31)^(1/4) = 0.71 of them
}

TEST_F(Simulation, AShorterHorizonIsAPrefix) {
  for (auto const kernel : {Kernel::exponential, Kernel::uniform, Kernel::erlang}) {
    auto point = small_point();
    point.kernel = kernel;
    point.self_weight = 0.2;
    point.mu_spread = 0.5;
    auto const whole = draw(point, 3);
    point.t_obs = 17.3;
    auto const part = draw(point, 3);
    for (std::int64_t i = 0; i < point.d; ++i) {
      auto const longer = whole.streams.of(i);
      auto const shorter = part.streams.of(i);
      ASSERT_LT(shorter.size(), longer.size());
      EXPECT_TRUE(std::ranges::equal(shorter, longer.first(shorter.size())));
      EXPECT_GT(longer[shorter.size()], 17.3);
      EXPECT_TRUE(std::ranges::is_sorted(longer));
    }
    EXPECT_EQ(part.total_rate, whole.total_rate);
    Observation const observed(self_, whole.streams, 17.3);
    for (std::int64_t i = 0; i < point.d; ++i)
      EXPECT_EQ(observed.count(i), static_cast<std::int64_t>(part.streams.of(i).size()));
  }
}

TEST_F(Simulation, TimeMayBeRescaled) {
  auto point = small_point();
  auto const slow = draw(point, 5);
  point.mu *= 2;
  point.beta *= 2;
  point.t_obs /= 2;
  auto const fast = draw(point, 5);
  ASSERT_EQ(slow.streams.offsets, fast.streams.offsets);
  for (std::size_t k = 0; k < slow.streams.times.size(); ++k)
    EXPECT_EQ(slow.streams.times[k], 2 * fast.streams.times[k]);
}

/// Mean of events over their expectation, minus 1.
trials::Mean relative_rate(std::function<double(std::int64_t)> const& relative, std::int64_t count) {
  std::vector<double> values;
  for (std::int64_t trial = 0; trial < count; ++trial) values.push_back(relative(trial));
  return trials::mean_of(values);
}

TEST_F(Simulation, StartsStationary) {
  for (auto const kernel : {Kernel::exponential, Kernel::uniform, Kernel::erlang}) {
    Parameters point;
    point.d = 32;
    point.t_obs = 5;
    point.alpha = 0.4;  // kappa 0.8
    point.kernel = kernel;
    auto const mean = relative_rate(
        [&](std::int64_t trial) {
          auto const data = draw(point, trial);
          return static_cast<double>(data.streams.times.size()) / (5 * data.total_rate) - 1;
        },
        150);
    EXPECT_LT(std::abs(mean.value), 4 * mean.error);
    EXPECT_LT(mean.error, 0.03);
  }
}

TEST_F(Simulation, HubsHaveAllTheirChildren) {
  // A mean of 12 children: beyond inversion.
  Parameters point;
  point.d = 60;
  point.s = 1;
  point.graph = Graph::bipartite;
  point.hub_exponent = 5;
  point.alpha = 0.9;
  point.t_obs = 40;
  auto const mean = relative_rate(
      [&](std::int64_t trial) {
        auto const data = draw(point, trial);
        return static_cast<double>(data.streams.times.size()) / (40 * data.total_rate) - 1;
      },
      150);
  EXPECT_LT(std::abs(mean.value), 4 * mean.error);
}

TEST_F(Simulation, BinsHaveTheCovarianceOfTheTheory) {
  Parameters point;
  point.d = 8;
  point.t_obs = 20000;
  auto const data = draw(point, 9);
  linalg::DenseMatrix weights(8, 8);
  for (std::int64_t i = 0; i < 8; ++i)
    for (std::size_t r = 0; r < 2; ++r)
      weights(i, data.truth->parents(i)[r]) = data.truth->parent_weights(i)[r];
  double const width = 0.5;
  SecondOrder const theory(weights, data.baselines, 1);
  auto const bins = static_cast<std::size_t>(point.t_obs / width);
  std::vector<std::vector<double>> counts(8, std::vector<double>(bins, 0.0));
  for (std::int64_t i = 0; i < 8; ++i)
    for (double const t : data.streams.of(i))
      counts[static_cast<std::size_t>(i)][static_cast<std::size_t>(t / width)] += 1;
  constexpr std::size_t kBatches = 20;
  for (int const lag : {0, 1, 3}) {
    auto const expected = lag == 0 ? theory.same_bin_covariance(width) : theory.bin_covariance(width, lag);
    for (std::size_t i = 0; i < 8; ++i)
      for (std::size_t j = 0; j < 8; ++j) {
        std::vector<double> batches;
        double const mean_i = theory.rates()[i] * width;
        double const mean_j = theory.rates()[j] * width;
        for (std::size_t batch = 0; batch < kBatches; ++batch) {
          double sum = 0;
          std::size_t terms = 0;
          for (std::size_t k = batch * bins / kBatches + static_cast<std::size_t>(lag);
               k < (batch + 1) * bins / kBatches; ++k, ++terms)
            sum += (counts[i][k] - mean_i) * (counts[j][k - static_cast<std::size_t>(lag)] - mean_j);
          batches.push_back(sum / static_cast<double>(terms));
        }
        auto const mean = trials::mean_of(batches);
        EXPECT_LT(std::abs(mean.value - expected(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j))),
                  5 * mean.error)
            << i << " " << j << " lag " << lag;
      }
  }
}

}  // namespace
}  // namespace thresher::hawkes_network
