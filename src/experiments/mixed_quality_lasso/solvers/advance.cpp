#include "experiments/mixed_quality_lasso/solvers/advance.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

double part_solved(double relative_gap, double tolerance) {
  if (!(relative_gap > 0)) return 1;
  return std::clamp(std::log(relative_gap) / std::log(tolerance), 0.0, 1.0);
}

std::function<bool(double)> asks_between_passes(study::Team& team, double tolerance) {
  return [&team, tolerance](double relative_gap) {
    team.progress(part_solved(relative_gap, tolerance));
    return team.stopping();
  };
}

}  // namespace thresher::mixed_quality_lasso
