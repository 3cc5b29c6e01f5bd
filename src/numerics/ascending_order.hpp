#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::numerics {

/// Indices of `values`, which must be finite and fewer than 2^32, in ascending order of the values, equal
/// ones in ascending order of the indices. In time proportional to their number where they are spread over
/// their range without large gaps, else as any sort.
std::vector<std::uint32_t> ascending_order(std::span<double const> values);

}  // namespace thresher::numerics
