#pragma once

#include "experiments/partial_order/model/latents.hpp"
#include "experiments/partial_order/model/sequences.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

// Latents, and weighted lists, for tests of the relaxed likelihood.

namespace thresher::partial_order::testing {

inline Latents latents_of(std::int64_t dimensions, std::vector<double> values) {
  return {static_cast<std::int64_t>(values.size()) / dimensions, dimensions, std::move(values)};
}

inline Latents random_latents(std::int64_t items, std::int64_t dimensions, unsigned seed, double scale = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal(0, scale);
  std::vector<double> values(static_cast<std::size_t>(items * dimensions));
  for (double& value : values) value = normal(generator);
  return latents_of(dimensions, values);
}

/// Random lists of some of the items; `steps` of each are chosen (0: all).
inline Sequences weighted_lists(std::int64_t items, std::int64_t length, std::int64_t count,
                                std::int32_t steps, unsigned seed) {
  std::mt19937 generator(seed);
  Sequences lists;
  std::vector<std::int32_t> all(static_cast<std::size_t>(items));
  std::iota(all.begin(), all.end(), 0);
  for (std::int64_t s = 0; s < count; ++s) {
    std::ranges::shuffle(all, generator);
    lists.items.insert(lists.items.end(), all.begin(), all.begin() + length);
    if (steps > 0) {
      std::sort(lists.items.end() - length + steps, lists.items.end());
      lists.steps.push_back(steps);
    }
    lists.weight.push_back(1 + 0.5 * static_cast<double>(s % 3));
    lists.offset.push_back(static_cast<std::int64_t>(lists.items.size()));
  }
  return lists;
}

}  // namespace thresher::partial_order::testing
