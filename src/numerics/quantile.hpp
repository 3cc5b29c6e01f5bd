#pragma once

#include <span>

namespace thresher::numerics {

/// Quantile of a sample with linear interpolation between order statistics: position probability (n - 1)
/// counted from the smallest (type 7 of Hyndman and Fan 1996; the default of R and NumPy). The values need no
/// order. Preconditions: a value, none of them NaN, probability within [0, 1].
double quantile(std::span<double const> values, double probability);

/// The quantile at 1/2.
double median(std::span<double const> values);

}  // namespace thresher::numerics
