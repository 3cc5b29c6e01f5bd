#include "experiments/entropy_coupling/solvers/greedy_split.hpp"

#include "experiments/entropy_coupling/model/radix_sort.hpp"
#include "plain_list_greedy.hpp"
#include "random_laws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::entropy_coupling {
namespace {

using testing::kBits;
using testing::law_of;
using testing::law_of_masses;
using testing::PlainListGreedy;
using testing::RandomLaws;

std::vector<double> trajectory(Law const& law, Law const& observation, int most = 400) {
  auto cells = whole_law(law);
  GreedySplitter splitter(64, Detail::impure_cells);
  Split split;
  auto const total = static_cast<double>(law.total);
  std::vector<double> bits{conditional_entropy(cells) / total};
  while (!cells.empty() && std::ssize(bits) <= most) {
    splitter.split(cells, conditional_entropy(cells), observation.masses, split);
    std::swap(cells, split.cells);
    bits.push_back(split.entropy / total);
  }
  return bits;
}

void expect_trajectory(std::vector<double> const& got, std::vector<double> const& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t m = 0; m < got.size(); ++m) EXPECT_NEAR(got[m], expected[m], 1e-6) << "m = " << m;
  EXPECT_EQ(got.back(), 0);
}

TEST(GreedySplit, FollowsKnownTrajectories) {
  expect_trajectory(trajectory(law_of({.5, .5}), law_of({.9, .1})),
                    {1, .891968, .763547, .604184, .390013, 0});
  expect_trajectory(trajectory(law_of({.4, .3, .2, .1}), law_of({.6, .3, .1})), {1.846439, .550978, 0});
  EXPECT_NEAR(trajectory(law_of({2, 1}), law_of({.9, .1}))[2], .5200179, 1e-6);
  EXPECT_EQ(trajectory(law_of({2, 1}), law_of({.9, .1})).size(), 5U);
}

TEST(GreedySplit, DoesNotStallWhereWholeAtomsWould) {
  // Placing whole atoms only, the second observation would copy the first for ever at 1.109058 bits.
  Law const law =
      law_of_masses({75059993789508, 450359962737050, 1801439850948198, 75059993789509, 2101679826106231});
  ASSERT_EQ(law.total, Mass{1} << kBits);
  expect_trajectory(trajectory(law, law_of({.2, .8})), {1.570977, 1.109058, .751345, .157884, 0});
}

TEST(GreedySplit, NeedsTheKnownNumberOfObservations) {
  auto const uniform = [](std::int64_t n) {
    return law_of(std::vector<double>(static_cast<std::size_t>(n), 1.0));
  };
  EXPECT_EQ(trajectory(uniform(64), law_of({.7, .3})).size(), 1U + 9);
  EXPECT_EQ(trajectory(uniform(1024), law_of({.7, .3})).size(), 1U + 15);
  EXPECT_NEAR(static_cast<double>(trajectory(uniform(64), law_of({.9, .1})).size()), 1. + 18, 1);
  EXPECT_NEAR(static_cast<double>(trajectory(uniform(512), law_of({.9, .1})).size()), 1. + 26, 1);
  for (std::int64_t b = 1; b <= 10; ++b)
    EXPECT_EQ(trajectory(uniform(std::int64_t{1} << b), law_of({1, 1})).size(),
              1U + static_cast<std::size_t>(b));
}

/// Steps from a law of `symbols` with `values` values a time, beside the plain algorithm.
void compare_with_plain(RandomLaws& laws, std::int64_t symbols, std::int64_t values, std::int64_t bits) {
  auto const refresh = 1 + laws.below(80);
  Law const law = laws.law(symbols, bits);
  auto cells = whole_law(law);
  PlainListGreedy plain(law, refresh);
  GreedySplitter splitter(refresh, Detail::impure_cells);
  Split split;
  for (int m = 0; m < 12 && !cells.empty(); ++m) {
    Law const observation = laws.law(values, bits);
    splitter.split(cells, conditional_entropy(cells), observation.masses, split);
    std::swap(cells, split.cells);
    plain.observe(observation.masses);
    ASSERT_EQ(cells.size(), plain.cells().size()) << "m " << m;
    ASSERT_EQ(split.entropy, plain.entropy()) << "m " << m;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      ASSERT_EQ(cells.symbols_of(c).size(), plain.cells()[c].size());
      for (std::size_t a = 0; a < cells.symbols_of(c).size(); ++a) {
        auto const atom = plain.cells()[c].find(cells.symbols_of(c)[a]);
        ASSERT_NE(atom, plain.cells()[c].end()) << "m " << m << " cell " << c;
        ASSERT_EQ(cells.weights_of(c)[a], atom->second) << "m " << m << " cell " << c;
      }
    }
  }
}

TEST(GreedySplit, EqualsThePlainAlgorithmBitForBit) {
  RandomLaws laws(1);
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE(round);
    auto const n = 1 + laws.below(round % 10 == 0 ? 200 : 24);
    auto const k = 2 + laws.below(round % 7 == 0 ? 120 : 5);
    auto const bits = round % 3 == 0 ? 24 : kBits;  // few units of mass: many ties
    compare_with_plain(laws, n, k, bits);
    ASSERT_FALSE(HasFatalFailure());
  }
}

TEST(GreedySplit, EqualsThePlainAlgorithmOnTwoValues) {
  RandomLaws laws(5);
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE(round);
    auto const bits = round % 3 == 0 ? 24 : kBits;
    compare_with_plain(laws, 2 + laws.below(round % 10 == 0 ? 200 : 12), 2, bits);
    ASSERT_FALSE(HasFatalFailure());
  }
}

TEST(GreedySplit, FindsTheSameCellsWithAndWithoutTheCoupling) {
  RandomLaws laws(6);
  for (int round = 0; round < 10; ++round) {
    auto cells = whole_law(laws.law(4000));
    GreedySplitter plain(64, Detail::coupling);  // atom by atom
    GreedySplitter fast(64, Detail::impure_cells);
    Split all, split;
    while (!cells.empty()) {
      Law const observation = laws.law(2);
      double const entropy = conditional_entropy(cells);
      plain.split(cells, entropy, observation.masses, all);
      fast.split(cells, entropy, observation.masses, split);
      ASSERT_EQ(split.entropy, all.entropy);
      ASSERT_EQ(split.cells.offsets, all.cells.offsets);
      ASSERT_EQ(split.cells.symbols, all.cells.symbols);
      ASSERT_EQ(split.cells.weights, all.cells.weights);
      std::swap(cells, split.cells);
    }
  }
}

TEST(GreedySplit, NeverGainsUncertaintyOrBoundaries) {
  RandomLaws laws(2);
  for (int round = 0; round < 2000; ++round) {
    Law const law = laws.law(2 + laws.below(60));
    auto cells = whole_law(law);
    GreedySplitter splitter(64, Detail::impure_cells);
    Split split;
    double before = conditional_entropy(cells);
    std::size_t boundaries = cells.boundaries();
    for (int m = 0; m < 20 && !cells.empty(); ++m) {
      splitter.split(cells, conditional_entropy(cells), laws.law(2 + laws.below(4)).masses, split);
      ASSERT_LE(split.entropy, before * (1 + 1e-14));
      ASSERT_LE(split.cells.boundaries(), boundaries);
      before = split.entropy;
      boundaries = split.cells.boundaries();
      std::swap(cells, split.cells);
    }
  }
}

TEST(WaterFilling, SumsToOneWithinCapacities) {
  RandomLaws laws(3);
  WaterFilling filling;
  for (int round = 0; round < 3000; ++round) {
    Law const law = laws.law(2 + laws.below(30));
    std::vector<Mass> capacities = law.masses;
    for (Mass& capacity : capacities)
      if (laws.below(5) == 0) capacity = 0;
    Mass sum = 0;
    for (Mass const capacity : capacities) sum += capacity;
    if (sum == 0) continue;
    Mass const impure = 1 + laws.below(sum);
    filling.fill(capacities, impure);
    double total = 0;
    double level = 0;
    for (std::size_t place = 0; place < filling.order().size(); ++place)
      level = std::max(level, filling.fraction_at(place));
    for (std::size_t place = 0; place < filling.order().size(); ++place) {
      double const fraction = filling.fraction_at(place);
      auto const capacity = static_cast<double>(capacities[static_cast<std::size_t>(filling.order()[place])]);
      total += fraction;
      double const most = capacity / static_cast<double>(impure);
      ASSERT_LE(fraction, most * (1 + 1e-15));
      if (fraction < most * (1 - 1e-12)) {
        ASSERT_EQ(fraction, level);  // not capped: at the level
      }
    }
    ASSERT_NEAR(total, 1, 1e-12);
    ASSERT_NEAR(filling.cumulative_at(filling.order().size() - 1), 1, 1e-12);
  }
}

TEST(WaterFilling, GivesTheLawItselfWhenNothingIsPure) {
  RandomLaws laws(4);
  for (int round = 0; round < 200; ++round) {
    Law const law = laws.law(2 + laws.below(50));
    WaterFilling filling;
    filling.fill(law.masses, law.total);
    for (std::size_t place = 0; place < filling.order().size(); ++place)
      ASSERT_NEAR(filling.fraction_at(place),
                  law.probability(static_cast<std::size_t>(filling.order()[place])), 1e-15);
  }
}

TEST(RadixSort, SortsKeysLikeAnySort) {
  RandomLaws laws(7);
  for (std::int64_t const size : {1, 2, 511, 512, 5000})
    for (std::int64_t const range : {std::int64_t{3}, std::int64_t{100000}, std::int64_t{1} << 62}) {
      std::vector<std::uint64_t> keys(static_cast<std::size_t>(size));
      for (auto& key : keys) key = ~static_cast<std::uint64_t>(laws.below(range));
      auto expected = keys;
      std::sort(expected.begin(), expected.end());
      sort_keys(keys);
      EXPECT_EQ(keys, expected);
    }
}

}  // namespace
}  // namespace thresher::entropy_coupling
