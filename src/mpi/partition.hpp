#pragma once

#include <cstdint>

namespace thresher::mpi {

/// Half-open range of indices.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const { return end - begin; }
  bool operator==(Range const&) const = default;
};

/// The `part`-th of `parts` contiguous shares of 0..count-1; sizes differ by at most one, larger ones first.
constexpr Range share(std::int64_t count, int part, int parts) {
  std::int64_t const small = count / parts;
  std::int64_t const larger = count % parts;
  std::int64_t const begin = part * small + (part < larger ? part : larger);
  return {begin, begin + small + (part < larger ? 1 : 0)};
}

}  // namespace thresher::mpi
