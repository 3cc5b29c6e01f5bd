#pragma once

#include <cstdint>

namespace thresher::group_matrix {

/// An index as part of an address of a random stream.
inline std::uint64_t address(std::int64_t index) {
  return static_cast<std::uint64_t>(index);
}

}  // namespace thresher::group_matrix
