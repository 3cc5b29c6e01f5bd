#pragma once

#include <span>

namespace thresher::numerics {

struct SampleMoments {
  double mean = 0;            ///< NaN without values
  double standard_error = 0;  ///< of the mean; NaN with fewer than two values
};

/// Of finite numbers, added in the order given. Squares of deviations that would leave the range of doubles
/// (below about 1e-140, above 1e140) are taken after a division by a power of two, which rounds nothing.
SampleMoments sample_moments(std::span<double const> values);

}  // namespace thresher::numerics
