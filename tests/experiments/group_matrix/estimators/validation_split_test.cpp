#include "experiments/group_matrix/estimators/validation_split.hpp"

#include "../trial.hpp"
#include "experiments/group_matrix/model/design.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

namespace thresher::group_matrix {
namespace {

using namespace testing;

/// Of each pair of a block and a column: its fitted and its held entries.
std::map<std::pair<std::int64_t, std::int64_t>, std::pair<int, int>> counts_of(Parameters const& point,
                                                                               ValidationSplit const& split) {
  Design const design(point);
  std::map<std::pair<std::int64_t, std::int64_t>, std::pair<int, int>> counts;
  for (std::int64_t i = 0; i < point.n_rows; ++i) {
    auto const fitted = split.fitted.entries(i), held = split.held.entries(i);
    for (auto e = fitted.begin; e < fitted.end; ++e)
      ++counts[{design.block_of(i), split.fitted.column(e)}].first;
    for (auto e = held.begin; e < held.end; ++e) ++counts[{design.block_of(i), split.held.column(e)}].second;
  }
  return counts;
}

ValidationSplit split_of(Parameters const& point, std::int64_t& observed) {
  auto const self = mpi::Communicator::self();
  study::Team team(self);
  team.begin_trial({"test\n", 1});
  MatrixData const data(point, team);
  observed = data.observations().count();
  return split_for_validation(point, data);
}

TEST(ValidationSplit, OfPairsHoldsWholePairs) {
  auto point = base();
  point.val_split = HeldOut::pairs;
  point.val_fraction = 0.3;
  std::int64_t observed = 0;
  auto const split = split_of(point, observed);
  EXPECT_EQ(split.fitted.count() + split.held.count(), observed);
  int pairs = 0, held = 0;
  for (auto const& [pair, of_pair] : counts_of(point, split)) {
    EXPECT_TRUE(of_pair.first == 0 || of_pair.second == 0) << pair.first << ' ' << pair.second;
    ++pairs;
    held += of_pair.second > 0 ? 1 : 0;
  }
  EXPECT_NEAR(held, 0.3 * pairs, 4 * std::sqrt(0.21 * pairs));
}

TEST(ValidationSplit, OfEntriesHoldsThemAlone) {
  auto point = base();
  std::int64_t observed = 0;
  auto const split = split_of(point, observed);
  EXPECT_EQ(split.fitted.count() + split.held.count(), observed);
  auto const n = static_cast<double>(observed);
  EXPECT_NEAR(static_cast<double>(split.held.count()), 0.15 * n, 4 * std::sqrt(0.15 * 0.85 * n));
  int mixed = 0;
  for (auto const& [pair, of_pair] : counts_of(point, split))
    if (of_pair.first > 0 && of_pair.second > 0) ++mixed;
  EXPECT_GT(mixed, 200);  // of 240 pairs
}

}  // namespace
}  // namespace thresher::group_matrix
