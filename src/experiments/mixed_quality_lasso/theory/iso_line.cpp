#include "experiments/mixed_quality_lasso/theory/iso_line.hpp"

#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "numerics/root.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::mixed_quality_lasso {

double iso_recovery_rows(RecoveryProblem problem, Recipe const& recipe, double n1, double most_n2,
                         double level) {
  problem.blocks[0].rows = n1;
  auto const reaches = [&](double n2) {
    problem.blocks[1].rows = n2;
    return recipe_reaches(problem, recipe, level);
  };
  if (reaches(0)) return 0;
  if (!reaches(most_n2)) return std::numeric_limits<double>::infinity();
  int const halvings = 50;
  return numerics::bisect(reaches, {0, most_n2}, halvings).upper;
}

double iso_price(RecoveryProblem const& problem, Recipe const& recipe, double n1, double most_n2,
                 double level) {
  double const undefined = std::numeric_limits<double>::quiet_NaN();
  double const h = iso_price_step(n1);
  if (n1 < h) return undefined;
  double const before = iso_recovery_rows(problem, recipe, n1 - h, most_n2, level);
  double const after = iso_recovery_rows(problem, recipe, n1 + h, most_n2, level);
  auto const crosses = [](double n2) { return n2 > 0 && std::isfinite(n2); };
  return crosses(before) && crosses(after) ? (before - after) / (2 * h) : undefined;
}

}  // namespace thresher::mixed_quality_lasso
