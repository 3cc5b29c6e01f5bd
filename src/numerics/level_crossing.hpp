#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>

namespace thresher::numerics {

/// What is known of a crossing, as stored in the result file. All but `crossed` are states and never numbers.
enum class Crossing : std::int8_t {
  unfinished = 0,  ///< a value that is asked for is not known yet
  crossed = 1,
  below = 2,   ///< at or below the lower end: both ends are beyond the level, the lower one is nearer to it
  above = 3,   ///< above the upper end
  outside = 4  ///< both ends are on one side of the level, and do not tell in which direction it lies
};

struct LevelCrossing {
  Crossing state = Crossing::unfinished;
  double place = std::numeric_limits<double>::quiet_NaN();  ///< where it is crossed, else NaN
};

/// Where a monotone function of the integers lower..upper, rising or falling, reaches `level`: linear between
/// the two neighbouring integers that bisection ends with. `value_at` is asked for both ends, then for the
/// middles; where it has no answer yet (none) the crossing is unfinished, and what was asked for last (or
/// both ends) is to be found out. NaN is the answer where there is no value: it does not reach the level.
/// lower <= upper.
LevelCrossing level_crossing(std::int64_t lower, std::int64_t upper, double level,
                             std::function<std::optional<double>(std::int64_t)> const& value_at);

}  // namespace thresher::numerics
