#include "experiments/mixed_quality_lasso/theory/null_threshold_risk.hpp"

#include "numerics/normal.hpp"

namespace thresher::mixed_quality_lasso {

double null_threshold_risk(double x) {
  if (x < 3) return 2 * ((1 + x * x) * numerics::normal_upper_tail(x) - x * numerics::normal_density(x));
  // The two terms cancel to 2/x^4 of their size. With the levels c = 1/(x + d), d = 2/(x + ...) of the
  // continued fraction the difference is phi d/((x + c)(x + d)), all of one sign.
  double const d = numerics::mills_fraction(x, 2, 40);
  double const c = 1 / (x + d);
  return 2 * numerics::normal_density(x) * d / ((x + c) * (x + d));
}

}  // namespace thresher::mixed_quality_lasso
