#pragma once

#include <cstdint>

namespace thresher::random {

/// Identity of the numbers of one row (or of one sequence): key and upper half of the counter of
/// Philox4x32-10, 128 bits of a hash of (trial key, stream name, row). The lower half of the counter counts
/// pairs of 64-bit words.
struct Substream {
  std::uint64_t key;
  std::uint64_t prefix;
};

}  // namespace thresher::random
