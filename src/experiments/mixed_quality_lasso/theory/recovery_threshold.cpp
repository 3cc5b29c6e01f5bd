#include "experiments/mixed_quality_lasso/theory/recovery_threshold.hpp"

#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "numerics/root.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

namespace thresher::mixed_quality_lasso {

double recovery_threshold(RecoveryProblem const& problem, Recipe const& recipe) {
  double const hq_fraction = problem.blocks[0].rows / total_rows(problem.blocks);
  std::map<std::int64_t, bool> known;
  auto const recovers = [&](double theta) {
    auto const rows = rows_at(theta, hq_fraction, problem.p, problem.s);
    auto const [entry, is_new] = known.try_emplace(rows.n1 + rows.n2, false);
    if (is_new) {
      auto at_theta = problem;
      at_theta.blocks[0].rows = static_cast<double>(rows.n1);
      at_theta.blocks[1].rows = static_cast<double>(rows.n2);
      entry->second = recipe_reaches(at_theta, recipe, 0.5);
    }
    return entry->second;
  };

  double const first = 0.2, last = 40;
  int const scan_points = 60, bisections = 25;
  double const log_step = std::log(last / first) / (scan_points - 1);
  bool below = false;
  for (int k = 0; k < scan_points; ++k) {
    double const theta = first * std::exp(k * log_step);
    if (!recovers(theta)) {
      below = true;
      continue;
    }
    if (!below) continue;
    auto const recovers_at = [&](double log_theta) { return recovers(std::exp(log_theta)); };
    double const log_theta = std::log(theta);
    return std::exp(numerics::bisect(recovers_at, {log_theta - log_step, log_theta}, bisections).upper);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace thresher::mixed_quality_lasso
