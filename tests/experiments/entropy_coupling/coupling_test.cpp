#include "coupling_checks.hpp"
#include "experiments/entropy_coupling/solvers/greedy_coupling.hpp"
#include "experiments/entropy_coupling/solvers/interval_algorithm.hpp"
#include "experiments/entropy_coupling/solvers/joint_coupling.hpp"
#include "experiments/entropy_coupling/solvers/tie_break.hpp"
#include "experiments/entropy_coupling/solvers/vertex_enumeration.hpp"
#include "experiments/entropy_coupling/theory/bounds.hpp"
#include "random_laws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <set>
#include <vector>

namespace thresher::entropy_coupling {
namespace {

using testing::entropy_of_atoms;
using testing::expect_exact_marginals;
using testing::law_of;
using testing::RandomLaws;

std::vector<Law> repeated(Law const& law, std::size_t count) {
  return std::vector<Law>(count, law);
}

double list_greedy_bits(Law const& law, std::vector<Law> const& observations) {
  auto const alone = mpi::Communicator::self();
  GreedyCoupling coupling(alone, whole_law(law), 64, 1, Detail::impure_cells);
  for (auto const& observation : observations)
    if (coupling.cells() > 0) coupling.observe(observation.masses);
  return coupling.entropy() / static_cast<double>(law.total);
}

std::vector<double> interval_bits(Law const& law, Law const& observation, int m) {
  auto const alone = mpi::Communicator::self();
  IntervalAlgorithm algorithm(alone, law);
  std::vector<double> bits{algorithm.h_bits()};
  for (int i = 0; i < m; ++i) {
    algorithm.observe(observation);
    bits.push_back(algorithm.h_bits());
  }
  return bits;
}

SearchOutcome search_tie_break(Law const& law, std::vector<Law> const& observations, std::int64_t dependent,
                               std::int64_t refresh, std::optional<std::int64_t> first_possible,
                               std::set<std::int64_t> const& asked) {
  TieBreakSearch search(law, observations, dependent, refresh, first_possible, asked);
  while (search.advance()) {
  }
  return search.outcome();
}

double joint_bits(Law const& law, std::vector<Law> const& observations) {
  CellCollector<Mass> cells;
  joint_greedy(law, observations,
               [&](Symbol x, std::span<std::int32_t const> code, Mass mass) { cells.add(x, code, mass); });
  return conditional_entropy(cells.impure_cells()) / static_cast<double>(law.total);
}

double product_bits(Law const& law, std::vector<Law> const& observations) {
  CellCollector<double> cells;
  independent_greedy(law, observations, [&](Symbol x, std::span<std::int32_t const> code, double mass) {
    cells.add(x, code, mass);
  });
  return conditional_entropy(cells.impure_cells());
}

TEST(Couplings, TakeKnownValuesForAFairBit) {
  Law const law = law_of({.5, .5});
  Law const observation = law_of({.9, .1});
  std::vector<double> const expected{1, .891968, .777550, .654556, .519346, .364866};
  auto const bits = interval_bits(law, observation, 5);
  for (std::size_t m = 0; m < expected.size(); ++m) EXPECT_NEAR(bits[m], expected[m], 1e-6);
  for (std::size_t m = 1; m < 8; ++m) EXPECT_NEAR(joint_bits(law, repeated(observation, m)), .891968, 1e-6);
  EXPECT_EQ(bound_entropy(law, repeated(observation, 30)).m_ub, 23);
}

TEST(Couplings, TakeKnownValuesForFourSymbols) {
  Law const law = law_of({.4, .3, .2, .1});
  Law const observation = law_of({.6, .3, .1});
  EXPECT_NEAR(law.entropy(), 1.846439, 1e-6);
  auto const once = repeated(observation, 1);
  auto const bounds = bound_entropy(law, repeated(observation, 10));
  EXPECT_NEAR(bounds.lower_at(1), .550978, 1e-6);
  EXPECT_NEAR(minimum_coupling(law, once).h_bits, .550978, 1e-6);
  EXPECT_NEAR(list_greedy_bits(law, once), .550978, 1e-6);
  EXPECT_NEAR(joint_bits(law, once), .550978, 1e-6);
  EXPECT_NEAR(product_bits(law, once), .550978, 1e-6);
  EXPECT_EQ(list_greedy_bits(law, repeated(observation, 2)), 0);
  EXPECT_EQ(bounds.m_info, 2);
  EXPECT_EQ(bounds.m_vol, 2);
  EXPECT_EQ(bounds.m_lb, 2);
  auto const bits = interval_bits(law, observation, 3);
  EXPECT_NEAR(bits[1], .826466, 1e-6);
  EXPECT_NEAR(bits[2], .315951, 1e-6);
  EXPECT_NEAR(bits[3], .143845, 1e-6);
  EXPECT_NEAR(product_bits(law, repeated(observation, 2)), .055098, 1e-6);
  EXPECT_NEAR(product_bits(law, repeated(observation, 3)), .003900, 1e-6);
}

TEST(Couplings, TakeKnownValuesForThreeSymbols) {
  Law const law = law_of({.75, .2, .05});
  Law const fair = law_of({1, 1});
  EXPECT_NEAR(minimum_coupling(law, repeated(fair, 2)).h_bits, .1213688, 1e-6);
  EXPECT_NEAR(minimum_coupling(law, repeated(fair, 3)).h_bits, 0, 1e-12);
  EXPECT_GT(list_greedy_bits(law, repeated(fair, 2)), 0);
  EXPECT_EQ(list_greedy_bits(law, repeated(fair, 3)), 0);
  auto const bounds = bound_entropy(law, repeated(fair, 10));
  EXPECT_EQ(bounds.m_info, 1);
  EXPECT_EQ(bounds.m_vol, 2);
  EXPECT_EQ(bounds.m_lb, 2);
  EXPECT_EQ(bounds.m_dim, 3);
}

TEST(Couplings, AreOptimalWhereTheBoundSaysSo) {
  Law const law = law_of({2, 1});
  Law const observation = law_of({.9, .1});
  EXPECT_NEAR(minimum_coupling(law, repeated(observation, 2)).h_bits, .5200179, 1e-6);
  EXPECT_NEAR(bound_entropy(law, repeated(observation, 9)).lower_at(2), .5200179, 1e-6);
}

TEST(Couplings, HoldBoundsBelowTheOptimumBelowTheGreedy) {
  RandomLaws laws(11);
  int optimal = 0;
  int cases = 0;
  for (int round = 0; round < 1500; ++round) {
    auto const n = 1 + laws.below(3);
    auto const m = static_cast<std::size_t>(1 + laws.below(2));
    Law const law = laws.law(n);
    std::vector<Law> observations;
    Law const common = laws.law(2);
    bool const equal = laws.below(2) == 0;
    for (std::size_t i = 0; i < m; ++i)
      observations.push_back(equal ? common : laws.law(2 + laws.below(m == 1 ? 2 : 1)));
    auto const optimum = minimum_coupling(law, observations);
    double const lower = bound_entropy(law, observations).lower_at(static_cast<std::int64_t>(m));
    double const greedy = list_greedy_bits(law, observations);
    ASSERT_LE(lower, optimum.h_bits + 1e-9) << "round " << round;
    ASSERT_LE(optimum.h_bits, greedy + 1e-9) << "round " << round;
    ASSERT_LE(optimum.h_bits, joint_bits(law, observations) + 1e-9);
    ASSERT_LE(optimum.h_bits, product_bits(law, observations) + 1e-9);
    ASSERT_NEAR(entropy_of_atoms(optimum.coupling, 1.0), optimum.h_bits, 1e-9);
    if (m == 1) {
      ASSERT_LE(greedy, optimum.h_bits + std::log2(std::exp(1.0)) / std::exp(1.0) + 1e-9);
    }
    ++cases;
    if (greedy <= optimum.h_bits + 1e-9) ++optimal;
  }
  EXPECT_GT(optimal, cases / 2);
}

TEST(Couplings, OfListGreedyHaveExactMarginals) {
  RandomLaws laws(12);
  for (int round = 0; round < 1500; ++round) {
    Law const law = laws.law(1 + laws.below(40));
    std::vector<Law> observations;
    auto const m = 1 + laws.below(8);
    for (int i = 0; i < m; ++i) observations.push_back(laws.law(1 + laws.below(5)));
    auto const shards = 1 + 2 * laws.below(2);
    auto const coupling = list_greedy_coupling(law, observations, 64, shards);
    expect_exact_marginals(coupling, law, observations);
    if (::testing::Test::HasFatalFailure()) return;
    auto const alone = mpi::Communicator::self();
    GreedyCoupling greedy(alone, whole_law(law), 64, shards, Detail::impure_cells);
    for (auto const& observation : observations)
      if (greedy.cells() > 0) greedy.observe(observation.masses);
    auto const total = static_cast<double>(law.total);
    ASSERT_NEAR(entropy_of_atoms(coupling, total), greedy.entropy() / total, 1e-12);
    if (greedy.entropy() == 0) {
      ASSERT_EQ(entropy_of_atoms(coupling, total), 0);
    }
    std::size_t most = law.size();
    for (auto const& observation : observations) most += 2 * observation.size();
    ASSERT_LE(coupling.size(), most + law.size());
  }
}

TEST(Couplings, OfTieBreakAndJointGreedyHaveExactMarginals) {
  RandomLaws laws(13);
  for (int round = 0; round < 1000; ++round) {
    Law const law = laws.law(1 + laws.below(30));
    std::vector<Law> observations;
    auto const m = 1 + laws.below(7);
    for (int i = 0; i < m; ++i) observations.push_back(laws.law(2 + laws.below(4)));
    auto const dependent = laws.below(m + 1);
    auto const total = static_cast<double>(law.total);
    auto const coupling = tie_break_coupling(law, observations, dependent, 64);
    expect_exact_marginals(coupling, law, observations);
    if (::testing::Test::HasFatalFailure()) return;
    auto const outcome = search_tie_break(law, observations, dependent, 64, std::nullopt, {m});
    double const bits = law.size() == 1 ? 0 : outcome.readings.at(m).h_bits;
    ASSERT_NEAR(entropy_of_atoms(coupling, total), bits, 1e-12);

    Coupling<Mass> joint;
    joint.observations = observations.size();
    joint_greedy(law, observations, [&](Symbol x, std::span<std::int32_t const> code, Mass mass) {
      joint.symbols.push_back(x);
      joint.weights.push_back(mass);
      joint.codes.insert(joint.codes.end(), code.begin(), code.end());
    });
    expect_exact_marginals(joint, law, observations);
    if (::testing::Test::HasFatalFailure()) return;
    ASSERT_NEAR(entropy_of_atoms(joint, total), joint_bits(law, observations), 1e-12);
  }
}

TEST(Couplings, WithEveryObservationDependentAreListGreedy) {
  RandomLaws laws(14);
  for (int round = 0; round < 300; ++round) {
    Law const law = laws.law(2 + laws.below(100));
    auto const m = 1 + laws.below(9);
    auto const observations = repeated(laws.law(2 + laws.below(3)), static_cast<std::size_t>(m));
    auto const outcome = search_tie_break(law, observations, m, 64, std::nullopt, {m});
    ASSERT_EQ(outcome.readings.at(m).h_bits, list_greedy_bits(law, observations));
  }
}

TEST(Couplings, ReachZeroNoLaterThanTheUpperBound) {
  RandomLaws laws(15);
  for (int round = 0; round < 300; ++round) {
    Law const law = laws.law(2 + laws.below(60));
    auto const observations = repeated(law_of({1, .2 + laws.uniform()}), 120);
    auto const bounds = bound_entropy(law, observations);
    auto const outcome = search_tie_break(law, observations, 1, 64, bounds.m_lb, {});
    ASSERT_TRUE(outcome.zero_at && bounds.m_ub && bounds.m_lb);
    ASSERT_LE(*outcome.zero_at, *bounds.m_ub);
    ASSERT_GE(*outcome.zero_at, *bounds.m_lb);
    std::size_t greedy = 0;
    while (list_greedy_bits(law, repeated(observations.front(), greedy)) > 0) ++greedy;
    ASSERT_GE(static_cast<std::int64_t>(greedy), *bounds.m_lb);
  }
}

TEST(Couplings, OfDyadicLawsWithFairBitsNeedNoDependence) {
  Law const fair = law_of({1, 1});
  auto const alone = mpi::Communicator::self();
  for (int b = 1; b <= 8; ++b) {
    Law const law = law_of(std::vector<double>(std::size_t{1} << b, 1.0));
    auto const observations = repeated(fair, 20);
    IntervalAlgorithm algorithm(alone, law);
    int m = 0;
    for (; !algorithm.pure(); ++m) algorithm.observe(fair);
    EXPECT_EQ(m, b);
    EXPECT_EQ(search_tie_break(law, observations, 1, 64, bound_entropy(law, observations).m_lb, {}).zero_at,
              b);
  }
}

TEST(Couplings, OfOneSymbolAreCertainFromTheStart) {
  Law const law = law_of({1});
  auto const observations = repeated(law_of({.7, .3}), 5);
  auto const bounds = bound_entropy(law, observations);
  for (auto const& number :
       {bounds.m_info, bounds.m_vol, bounds.m_lb, bounds.m_dim, bounds.m_gen, bounds.m_ub})
    EXPECT_EQ(number, 0);
  EXPECT_EQ(bounds.h_p, 0);
  EXPECT_EQ(list_greedy_bits(law, observations), 0);
  EXPECT_EQ(search_tie_break(law, observations, 1, 64, 0, {3}).zero_at, 0);
  expect_exact_marginals(list_greedy_coupling(law, observations, 64, 1), law, observations);
}

TEST(Bounds, NeverRiseWithTheNumberOfObservations) {
  RandomLaws laws(16);
  for (int round = 0; round < 1000; ++round) {
    Law const law = laws.law(1 + laws.below(80));
    std::vector<Law> observations;
    bool const equal = laws.below(2) == 0;
    Law const common = laws.law(2 + laws.below(4));
    for (int i = 0; i < 25; ++i) observations.push_back(equal ? common : laws.law(1 + laws.below(5)));
    auto const bounds = bound_entropy(law, observations);
    for (std::size_t m = 1; m < bounds.lower.size(); ++m) {
      ASSERT_LE(bounds.lower[m], bounds.lower[m - 1] + 1e-9);
      ASSERT_LE(bounds.information[m], bounds.lower[m] + 1e-9);
    }
    if (bounds.m_lb && bounds.m_info) {
      ASSERT_LE(*bounds.m_info, *bounds.m_lb);
    }
    if (bounds.m_lb && bounds.m_vol) {
      ASSERT_LE(*bounds.m_vol, *bounds.m_lb);
    }
  }
}

TEST(Bounds, AreKnownForUniformLaws) {
  auto const bounds_of = [](std::size_t n, double q) {
    return bound_entropy(law_of(std::vector<double>(n, 1.0)), repeated(law_of({1 - q, q}), 128));
  };
  auto const expect = [](Bounds const& bounds, int info, int vol, int ub) {
    EXPECT_EQ(bounds.m_info, info);
    EXPECT_EQ(bounds.m_vol, vol);
    EXPECT_EQ(bounds.m_ub, ub);
  };
  expect(bounds_of(64, .3), 7, 8, 16);
  expect(bounds_of(1024, .3), 12, 13, 24);
  expect(bounds_of(64, .1), 13, 18, 63);
  expect(bounds_of(512, .1), 20, 24, 83);
  // Not limited by the number of laws given.
  EXPECT_EQ(bound_entropy(law_of(std::vector<double>(65536, 1.0)), repeated(law_of({.9, .1}), 40)).m_ub, 129);
}

TEST(Bounds, OfDegenerateObservationsPromiseNothing) {
  auto const bounds = bound_entropy(law_of({1, 1}), repeated(law_of({1}), 6));
  EXPECT_FALSE(bounds.m_ub);
  EXPECT_FALSE(bounds.m_lb);
  EXPECT_NEAR(bounds.lower_at(6), 1, 1e-12);
}

}  // namespace
}  // namespace thresher::entropy_coupling
