#pragma once

#include <cstddef>
#include <vector>

namespace thresher::entropy_coupling {

// Cells are visited in the order of their masses, all over memory: how far ahead to ask for them. Far looks
// up where, near fetches what stands there.
inline constexpr std::size_t kFarAhead = 24;
inline constexpr std::size_t kNearAhead = 12;

template <class T>
void prefetch(std::vector<T> const& values, std::size_t place) {
  __builtin_prefetch(values.data() + place);
}

}  // namespace thresher::entropy_coupling
