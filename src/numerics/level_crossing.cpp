#include "numerics/level_crossing.hpp"

#include <limits>

namespace thresher::numerics {

std::optional<double> level_crossing(std::int64_t lower, std::int64_t upper, double level,
                                     std::function<std::optional<double>(std::int64_t)> const& value_at) {
  auto below = value_at(lower);
  if (!below) return std::nullopt;
  if (*below >= level) return static_cast<double>(lower);
  auto above = value_at(upper);
  if (!above) return std::nullopt;
  if (!(*above >= level)) return std::numeric_limits<double>::infinity();
  // value(low) < level <= value(high) throughout.
  std::int64_t low = lower;
  std::int64_t high = upper;
  while (high - low > 1) {
    auto const middle = low + (high - low) / 2;
    auto const value = value_at(middle);
    if (!value) return std::nullopt;
    (*value >= level ? high : low) = middle;
    (*value >= level ? above : below) = value;
  }
  return static_cast<double>(low) + (level - *below) / (*above - *below);
}

}  // namespace thresher::numerics
