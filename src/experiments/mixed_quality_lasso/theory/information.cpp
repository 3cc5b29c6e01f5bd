#include "experiments/mixed_quality_lasso/theory/information.hpp"

#include "numerics/log_binomial.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace thresher::mixed_quality_lasso {

namespace {

double signal_power(RecoveryProblem const& problem) {
  return problem.s * problem.rho * problem.rho;
}

double variance(NoiseBlock const& block) {
  return block.sigma * block.sigma;
}

/// Information per row of variance `row` in the agnostic condition,
/// log(1 + delta s rho^2 (2 worst - row)/(2 worst^2)).
double agnostic_row_information(double scaled_power, double row, double worst) {
  return std::log1p(scaled_power / (2 * worst) * (2 - row / worst));
}

double informed_row_information(double scaled_power, double row) {
  return std::log1p(scaled_power / (2 * row));
}

double worst_variance(RecoveryProblem const& problem) {
  double worst = 0;
  for (auto const& block : problem.blocks) worst = std::max(worst, variance(block));
  return worst;
}

/// sum over blocks of rows times information(variance of the block).
template <class Information>
double sum_over_rows(RecoveryProblem const& problem, Information information) {
  double sum = 0;
  for (auto const& block : problem.blocks) sum += block.rows * information(variance(block));
  return sum;
}

}  // namespace

double information_target(RecoveryProblem const& problem) {
  return 2 * problem.s * std::log1p((problem.p - problem.s) / problem.s);
}

double sufficient_ratio_agnostic(RecoveryProblem const& problem, double delta) {
  double const power = delta * signal_power(problem);
  double const worst = worst_variance(problem);
  return sum_over_rows(problem, [&](double row) { return agnostic_row_information(power, row, worst); }) /
         information_target(problem);
}

double sufficient_ratio_informed(RecoveryProblem const& problem, double delta) {
  double const power = delta * signal_power(problem);
  return sum_over_rows(problem, [&](double row) { return informed_row_information(power, row); }) /
         information_target(problem);
}

double sufficient_price_agnostic(RecoveryProblem const& problem, double delta) {
  double const power = delta * signal_power(problem);
  double const worst = worst_variance(problem);
  return agnostic_row_information(power, variance(problem.blocks.front()), worst) /
         agnostic_row_information(power, variance(problem.blocks.back()), worst);
}

double sufficient_price_informed(RecoveryProblem const& problem, double delta) {
  double const power = delta * signal_power(problem);
  return informed_row_information(power, variance(problem.blocks.front())) /
         informed_row_information(power, variance(problem.blocks.back()));
}

double all_or_nothing_ratio_agnostic(RecoveryProblem const& problem) {
  double const snr = signal_power(problem) / average_noise_variance(problem.blocks);
  return total_rows(problem.blocks) * std::log1p(snr) / information_target(problem);
}

double row_marginal_agnostic(RecoveryProblem const& problem, std::size_t block) {
  double const average = average_noise_variance(problem.blocks);
  double const snr = signal_power(problem) / average;
  return std::log1p(snr) + snr / (1 + snr) * (1 - variance(problem.blocks[block]) / average);
}

double sharp_price_agnostic(RecoveryProblem const& problem) {
  double const last = row_marginal_agnostic(problem, problem.blocks.size() - 1);
  return last > 0 ? row_marginal_agnostic(problem, 0) / last : std::numeric_limits<double>::infinity();
}

double all_or_nothing_ratio_informed(RecoveryProblem const& problem) {
  double const power = signal_power(problem);
  return sum_over_rows(problem, [&](double row) { return std::log1p(power / row); }) /
         information_target(problem);
}

FanoBound fano_bound(RecoveryProblem const& problem, Signal signal) {
  // Given the rest, a row of X beta* has variance s rho^2 for random signs, and s rho^2 (1 - s/p) beyond its
  // mean over the supports for a known sign.
  double power = signal_power(problem);
  double entropy = numerics::log_binomial(problem.p, problem.s);
  if (signal == Signal::binary)
    power *= (problem.p - problem.s) / problem.p;
  else
    entropy += problem.s * std::numbers::ln2;
  double const information =
      0.5 * sum_over_rows(problem, [&](double row) { return std::log1p(power / row); });
  return {information / entropy, std::min(1.0, (information + std::numbers::ln2) / entropy)};
}

}  // namespace thresher::mixed_quality_lasso
