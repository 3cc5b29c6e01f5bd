#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hierarchical_features {

/// First rank of bin `bin` when `count` ranks are cut into `bins` bins of equal count.
inline std::int64_t bin_begin(std::int64_t bin, std::int64_t bins, std::int64_t count) {
  return bin * count / bins;
}

/// Means of the bins of an ascending sample. At most as many bins as values.
std::vector<double> bin_means(std::span<double const> ascending, std::int64_t bins);

}  // namespace thresher::hierarchical_features
