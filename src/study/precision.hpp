#pragma once

#include "study/description.hpp"

#include <span>

namespace thresher::study {

/// Standard error of the mean of a metric, as --target_se takes it: trials that happen to be equal are not
/// certain. An indicator has the error of one success and one failure more (the rule of succession); a count
/// at least that of one more event in all its trials; a value of bounded range at least that of one more
/// trial at each end of it. Infinity where nothing bounds it: fewer than two values, or values of unbounded
/// range that are equal to rounding. `values` are finite.
double cautious_standard_error(Metric const& metric, std::span<double const> values);

}  // namespace thresher::study
