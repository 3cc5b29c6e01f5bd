#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/sequences.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

// Small orders and lists for tests.

namespace thresher::partial_order::testing {

inline PartialOrder order_of(std::int64_t items, std::vector<Relation> const& relations) {
  return PartialOrder::closure_of(items, relations);
}

/// The product order of points with `dimension` random coordinates.
inline PartialOrder random_order(std::int64_t items, int dimension, std::mt19937& random) {
  std::normal_distribution<double> normal;
  std::vector<std::vector<double>> points(static_cast<std::size_t>(items));
  for (auto& point : points)
    for (int k = 0; k < dimension; ++k) point.push_back(normal(random));
  PartialOrder order(items);
  for (std::int64_t i = 0; i < items; ++i)
    for (std::int64_t j = 0; j < items; ++j) {
      bool above = i != j;
      for (std::size_t k = 0; k < static_cast<std::size_t>(dimension); ++k)
        above = above && points[static_cast<std::size_t>(i)][k] > points[static_cast<std::size_t>(j)][k];
      if (above) order.add_pair(i, j);
    }
  return order;
}

inline void add_list(std::vector<std::int32_t> items, std::int64_t steps, Sequences& lists) {
  lists.items.insert(lists.items.end(), items.begin(), items.end());
  lists.offset.push_back(static_cast<std::int64_t>(lists.items.size()));
  lists.steps.push_back(static_cast<std::int32_t>(steps));
}

inline Sequences lists_of(std::vector<std::vector<std::int32_t>> const& all) {
  Sequences lists;
  for (auto const& items : all) add_list(items, static_cast<std::int64_t>(items.size()), lists);
  return lists;
}

/// Random lists of `size` of the items, the first `steps` of them chosen.
inline Sequences random_lists(std::int64_t items, std::int64_t size, std::int64_t steps, int count,
                              std::mt19937& random) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(items));
  std::iota(all.begin(), all.end(), 0);
  Sequences lists;
  for (int s = 0; s < count; ++s) {
    std::shuffle(all.begin(), all.end(), random);
    std::vector<std::int32_t> list(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
    std::sort(list.begin() + static_cast<std::ptrdiff_t>(steps), list.end());
    add_list(list, steps, lists);
  }
  return lists;
}

/// All orders of the items.
inline std::vector<std::vector<std::int32_t>> permutations(std::int32_t items) {
  std::vector<std::int32_t> list(static_cast<std::size_t>(items));
  std::iota(list.begin(), list.end(), 0);
  std::vector<std::vector<std::int32_t>> all;
  do {
    all.push_back(list);
  } while (std::next_permutation(list.begin(), list.end()));
  return all;
}

}  // namespace thresher::partial_order::testing
