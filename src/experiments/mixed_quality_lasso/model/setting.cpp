#include "experiments/mixed_quality_lasso/model/setting.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

double algorithmic_threshold(double p, double s) {
  return 2 * s * std::log(p - s) + s + 1;
}

RowCounts rows_at(double theta, double hq_fraction, double p, double s) {
  double const largest_exact_integer = 0x1p53;
  double const n = std::min(std::nearbyint(theta * algorithmic_threshold(p, s)), largest_exact_integer);
  double const n1 = std::nearbyint(hq_fraction * n);
  return {static_cast<std::int64_t>(n1), static_cast<std::int64_t>(n - n1)};
}

Setting realise(Parameters const& parameters) {
  Setting setting{parameters.n1, parameters.n2, parameters.sigma1, parameters.sigma2};
  if (parameters.theta > 0) {
    auto const rows = rows_at(parameters.theta, parameters.hq_fraction, static_cast<double>(parameters.p),
                              static_cast<double>(parameters.s));
    setting.n1 = rows.n1;
    setting.n2 = rows.n2;
  }
  if (parameters.sigma_avg > 0 && setting.n2 > 0) {
    // (n sigma_avg^2 - n1 sigma1^2) / n2, written so that sigma_avg = sigma1 gives sigma2 = sigma1 exactly.
    double const average = parameters.sigma_avg * parameters.sigma_avg;
    double const ratio = static_cast<double>(setting.n1) / static_cast<double>(setting.n2);
    setting.sigma2 = std::sqrt(average + ratio * (average - parameters.sigma1 * parameters.sigma1));
  }
  return setting;
}

RecoveryProblem recovery_problem(Parameters const& parameters) {
  Setting const setting = realise(parameters);
  return {
      static_cast<double>(parameters.p),
      static_cast<double>(parameters.s),
      parameters.rho,
      {{static_cast<double>(setting.n1), setting.sigma1}, {static_cast<double>(setting.n2), setting.sigma2}}};
}

double iso_price_step(double n1) {
  return std::max(1.0, std::nearbyint(n1 / 20));
}

}  // namespace thresher::mixed_quality_lasso
