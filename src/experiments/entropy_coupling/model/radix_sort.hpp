#pragma once

#include <cstdint>
#include <vector>

namespace thresher::entropy_coupling {

/// Key to sort by, and what it belongs to.
struct Keyed {
  std::uint64_t key = 0;
  std::uint32_t item = 0;
};

/// Sorts upwards by key; equal keys keep their order. Linear time. `scratch` is overwritten.
void stable_sort_by_key(std::vector<Keyed>& entries, std::vector<Keyed>& scratch);
/// Sorts bare keys upwards.
void sort_keys(std::vector<std::uint64_t>& keys);

}  // namespace thresher::entropy_coupling
