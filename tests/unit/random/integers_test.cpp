// Bounded integers, subsets and permutations.
#include "random/stream.hpp"
#include "statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace thresher::random {
namespace {

Stream const integer_stream(hash_identity("integers_test"), "integers");

TEST(Below, IsUniform) {
  for (std::size_t count : {1, 2, 3, 10, 1000}) {
    Sequence sequence = integer_stream.sequence({}, count);
    std::vector<double> counts(count, 0.0);
    for (int k = 0; k < 500'000; ++k) {
      std::uint64_t const value = sequence.below(count);
      ASSERT_LT(value, count);
      ++counts[value];
    }
    if (count == 1) continue;
    test::ChiSquare const chi_square = test::chi_square_uniform(counts);
    EXPECT_LT(chi_square.value, chi_square.bound()) << count;
  }
}

// 3 * 2^62 is where multiplication without rejection is at its worst: every third value would be twice as
// likely.
TEST(Below, HasNoBiasWhereTheRangeDoesNotDivideTheWord) {
  Sequence sequence = integer_stream.sequence({}, 3ULL << 62);
  std::vector<double> counts(3, 0.0);
  for (int k = 0; k < 600'000; ++k) {
    std::uint64_t const value = sequence.below(3ULL << 62);
    ASSERT_LT(value, 3ULL << 62);
    ++counts[value % 3];
  }
  test::ChiSquare const chi_square = test::chi_square_uniform(counts);
  EXPECT_LT(chi_square.value, chi_square.bound());
}

TEST(Below, RefusesAnEmptyRange) {
  Sequence sequence = integer_stream.sequence({}, 0);
  EXPECT_THROW(sequence.below(0), std::invalid_argument);
}

void expect_subset(std::vector<std::int64_t> const& subset, std::int64_t range, std::int64_t count) {
  ASSERT_EQ(subset.size(), static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < subset.size(); ++k) {
    ASSERT_GE(subset[k], 0);
    ASSERT_LT(subset[k], range);
    if (k > 0) {
      ASSERT_LT(subset[k - 1], subset[k]);
    }
  }
}

TEST(Subset, IsDistinctAscendingAndInRange) {
  Sequence sequence = integer_stream.sequence({1}, 0);
  for (std::int64_t range : {0LL, 1LL, 2LL, 63LL, 64LL, 65LL, 1000LL, 100'000LL, 1'000'000'000'000LL}) {
    for (std::int64_t count : {0, 1, 2, 3, 17, 64, 1000, 5000}) {
      if (count > range) continue;
      expect_subset(sequence.subset(range, count), range, count);
    }
  }
}

TEST(Subset, OfEverythingIsEverything) {
  std::vector<std::int64_t> everything(777);
  std::iota(everything.begin(), everything.end(), 0);
  EXPECT_EQ(integer_stream.sequence({2}, 0).subset(777, 777), everything);
}

TEST(Subset, EverySubsetOfASmallRangeIsAsLikely) {
  Sequence sequence = integer_stream.sequence({3}, 0);
  std::map<std::vector<std::int64_t>, double> seen;
  std::vector<double> pair_counts(100, 0.0);
  constexpr int draws = 420'000;
  for (int k = 0; k < draws; ++k) {
    std::vector<std::int64_t> const subset = sequence.subset(10, 4);
    ++seen[subset];
    for (std::int64_t a : subset) {
      for (std::int64_t b : subset) ++pair_counts[static_cast<std::size_t>(10 * a + b)];
    }
  }
  ASSERT_EQ(seen.size(), 210U);
  std::vector<double> counts;
  for (auto const& [subset, count] : seen) counts.push_back(count);
  test::ChiSquare const chi_square = test::chi_square_uniform(counts);
  EXPECT_LT(chi_square.value, chi_square.bound());
  for (std::size_t a = 0; a < 10; ++a) {
    for (std::size_t b = 0; b < 10; ++b) {
      double const probability = a == b ? 4.0 / 10 : 4.0 / 10 * 3 / 9;
      EXPECT_LT(std::abs(test::binomial_deviations(pair_counts[10 * a + b], draws, probability)), 5)
          << a << " " << b;
    }
  }
}

// Small ranges keep a bit per value, large ones a hash table: here both orders of magnitude of range / count.
TEST(Subset, MembersOfLargeRangesAreUniform) {
  for (std::int64_t range : {1'000LL, 1'000'000LL, 1'000'000'000'000LL}) {
    Sequence sequence = integer_stream.sequence({4}, static_cast<std::uint64_t>(range));
    test::KolmogorovDistance distance;
    for (int k = 0; k < 20'000; ++k) {
      for (std::int64_t member : sequence.subset(range, 5)) {
        distance.add((static_cast<double>(member) + 0.5) / static_cast<double>(range));
      }
    }
    EXPECT_LT(distance.value(), distance.bound() + 0.5 / static_cast<double>(range)) << range;
  }
}

TEST(Subset, RefusesMoreThanThereIs) {
  Sequence sequence = integer_stream.sequence({5}, 0);
  EXPECT_THROW(sequence.subset(3, 4), std::invalid_argument);
  EXPECT_THROW(sequence.subset(3, -1), std::invalid_argument);
  EXPECT_THROW(sequence.subset(-3, -4), std::invalid_argument);
}

TEST(Permutation, EveryOrderOfFourIsAsLikely) {
  Sequence sequence = integer_stream.sequence({6}, 0);
  std::map<std::vector<std::int64_t>, double> seen;
  for (int k = 0; k < 240'000; ++k) ++seen[sequence.permutation(4)];
  ASSERT_EQ(seen.size(), 24U);
  std::vector<double> counts;
  for (auto const& [order, count] : seen) counts.push_back(count);
  test::ChiSquare const chi_square = test::chi_square_uniform(counts);
  EXPECT_LT(chi_square.value, chi_square.bound());
}

TEST(Permutation, HoldsEveryIndexOnce) {
  Sequence sequence = integer_stream.sequence({7}, 0);
  for (std::int64_t count : {0, 1, 2, 1000}) {
    std::vector<std::int64_t> order = sequence.permutation(count);
    std::sort(order.begin(), order.end());
    std::vector<std::int64_t> expected(static_cast<std::size_t>(count));
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(order, expected);
  }
  EXPECT_THROW(sequence.permutation(-1), std::invalid_argument);
}

}  // namespace
}  // namespace thresher::random
