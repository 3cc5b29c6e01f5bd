#include "numerics/level_crossing.hpp"

#include <cmath>

namespace thresher::numerics {

namespace {

/// Both ends are on one side of the level.
Crossing direction_of(double at_lower, double at_upper, bool reached) {
  if (!(at_lower < at_upper) && !(at_lower > at_upper)) return Crossing::outside;  // equal, or NaN
  bool const rises = at_lower < at_upper;
  return rises == reached ? Crossing::below : Crossing::above;
}

}  // namespace

LevelCrossing level_crossing(std::int64_t lower, std::int64_t upper, double level,
                             std::function<std::optional<double>(std::int64_t)> const& value_at) {
  auto const at_lower = value_at(lower);
  auto const at_upper = value_at(upper);
  if (!at_lower || !at_upper) return {};
  auto const reaches = [level](double value) { return value >= level; };  // NaN does not
  bool const reached_below = reaches(*at_lower);
  if (reached_below == reaches(*at_upper)) return {direction_of(*at_lower, *at_upper, reached_below)};
  // The level lies between low and high throughout.
  std::int64_t low = lower;
  std::int64_t high = upper;
  double below = *at_lower;
  double above = *at_upper;
  while (high - low > 1) {
    auto const middle = low + (high - low) / 2;
    auto const value = value_at(middle);
    if (!value) return {};
    bool const like_lower = reaches(*value) == reached_below;
    (like_lower ? low : high) = middle;
    (like_lower ? below : above) = *value;
  }
  // Next to a point without a value, the crossing is where the level is reached.
  if (std::isnan(below)) return {Crossing::crossed, static_cast<double>(high)};
  if (std::isnan(above)) return {Crossing::crossed, static_cast<double>(low)};
  return {Crossing::crossed, static_cast<double>(low) + (level - below) / (above - below)};
}

}  // namespace thresher::numerics
