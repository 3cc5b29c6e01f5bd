#include "../../trials.hpp"
#include "../random_laws.hpp"
#include "experiments/entropy_coupling/experiment.hpp"
#include "experiments/entropy_coupling/solvers/codebook_search.hpp"
#include "experiments/entropy_coupling/solvers/greedy_coupling.hpp"
#include "experiments/entropy_coupling/solvers/interval_algorithm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

// Every rank also runs the trial alone: what the team finds must be the same, bit for bit.

namespace thresher::entropy_coupling {
namespace {

using testing::RandomLaws;
using trials::run_together;
using trials::run_trial;

class Layout : public ::testing::Test {
 protected:
  void expect_same(std::vector<Parameters> const& points, std::int64_t trial) {
    auto const together = run_together(experiment_, points, team_, trial);
    auto const apart = run_together(experiment_, points, team_of_one_, trial);
    if (world_.rank() != 0) return;
    for (std::size_t p = 0; p < points.size(); ++p) {
      auto const same = [&](double Metrics::*metric, char const* name) {
        double const a = together[p].metrics.*metric;
        double const b = apart[p].metrics.*metric;
        EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << name << " " << a << " " << b;
      };
      same(&Metrics::h_bits, "h_bits");
      same(&Metrics::zero, "zero");
      same(&Metrics::m_zero, "m_zero");
      same(&Metrics::m_lb, "m_lb");
      same(&Metrics::gap_bits, "gap_bits");
      same(&Metrics::bayes_error, "bayes_error");
      same(&Metrics::tv_extract, "tv_extract");
      same(&Metrics::impure_mass, "impure_mass");
      same(&Metrics::impure_cells, "impure_cells");
      same(&Metrics::boundaries, "boundaries");
    }
  }
  static std::vector<Parameters> points(Estimator estimator, std::int64_t n,
                                        std::vector<std::int64_t> const& numbers) {
    std::vector<Parameters> all;
    for (std::int64_t const m : numbers) {
      Parameters point{.n = n, .m_cap = 40, .estimator = estimator, .m = m};
      all.push_back(point);
    }
    return all;
  }

  mpi::Communicator world_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team team_{world_};
  study::Team team_of_one_{self_};
  Experiment experiment_;
};

TEST_F(Layout, DoesNotShowInAnyEstimator) {
  for (auto const estimator : {Estimator::list_greedy, Estimator::independent, Estimator::independent_greedy,
                               Estimator::tie_break, Estimator::joint_mec, Estimator::codebook})
    for (int trial = 0; trial < 3; ++trial) expect_same(points(estimator, 100, {1, 4, 8, 11}), trial);
  expect_same(points(Estimator::exact, 3, {1, 2}), 0);
}

TEST_F(Layout, DoesNotShowInShards) {
  for (std::int64_t const shards : {2, 5, 8, 32})
    for (int trial = 0; trial < 3; ++trial) {
      auto some = points(Estimator::list_greedy, 3000, {3, 9, 12, 15});
      for (auto& point : some) point.shards = shards;
      expect_same(some, trial);
    }
}

TEST_F(Layout, DoesNotShowInBlocksOfCells) {
  // Enough boundaries for the cells to be spread.
  expect_same(points(Estimator::independent, 20000, {5, 12, 14, 20, 40}), 0);
}

TEST_F(Layout, DoesNotShowInCodebooks) {
  RandomLaws laws(41);
  for (int trial = 0; trial < 3; ++trial) {
    Law const law = laws.law(6000);
    std::vector<Law> const observations(30, testing::law_of({.7, .3}));
    study::TrialIdentity const identity{"codebooks\n", trial};
    team_.begin_trial(identity);
    team_of_one_.begin_trial(identity);
    bool const root = world_.rank() == 0;
    auto const together =
        search_codebook(team_, root ? law : Law(), root ? std::span(observations) : std::span<Law const>(),
                        11, {}, Keep::codebook);
    auto const apart = search_codebook(team_of_one_, law, observations, 11, {}, Keep::codebook);
    ASSERT_EQ(together.zero_at, apart.zero_at);
    ASSERT_TRUE(together.zero_at);
    if (!root) continue;
    EXPECT_EQ(together.codebook.codes, apart.codebook.codes);
    EXPECT_EQ(together.codebook.owners, apart.codebook.owners);
    EXPECT_EQ(together.codebook.masses, apart.codebook.masses);
    EXPECT_EQ(together.codebook.beta, apart.codebook.beta);
  }
}

TEST_F(Layout, LetsShardsChangeTheGreedyLittle) {
  for (std::int64_t const shards : {8, 32}) {
    auto some = points(Estimator::list_greedy, 20000, {8});
    auto const whole = run_trial(experiment_, some.front(), team_, 0);
    for (auto& point : some) point.shards = shards;
    auto const sharded = run_trial(experiment_, some.front(), team_, 0);
    if (world_.rank() == 0) {
      EXPECT_NEAR(sharded.m_zero, whole.m_zero, 1);
    }
  }
}

TEST_F(Layout, KeepsErrorsTogether) {
  auto some = points(Estimator::list_greedy, 100000, {3});
  for (auto& point : some) {
    point.p_floor = 0;
    point.p_alpha = .01;
    point.mass_bits = 20;
  }
  EXPECT_ANY_THROW(run_trial(experiment_, some.front(), team_, 0));
}

}  // namespace
}  // namespace thresher::entropy_coupling
