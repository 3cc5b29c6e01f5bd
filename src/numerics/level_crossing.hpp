#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace thresher::numerics {

/// Where a non-decreasing function of the integers lower..upper reaches `level`: `lower` when it is reached
/// there, +infinity when `upper` does not reach it, else linear between the two neighbouring integers that
/// bisection ends with. `value_at` is asked for both ends, then for the middles; where it has no answer yet
/// there is none here either, and the last integer asked for is what is to be found out. lower <= upper.
std::optional<double> level_crossing(std::int64_t lower, std::int64_t upper, double level,
                                     std::function<std::optional<double>(std::int64_t)> const& value_at);

}  // namespace thresher::numerics
