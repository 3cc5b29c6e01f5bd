#include "experiments/mixed_quality_lasso/theory/state_evolution.hpp"

#include "experiments/mixed_quality_lasso/theory/null_threshold_risk.hpp"
#include "numerics/normal.hpp"
#include "numerics/root.hpp"

#include <cmath>

namespace thresher::mixed_quality_lasso {

double active_threshold_risk(double rho, double t, double nu) {
  double const upper = (nu - rho) / t;
  double const lower = (-nu - rho) / t;
  double const above = numerics::normal_upper_tail(upper), density_upper = numerics::normal_density(upper);
  double const below = numerics::normal_cdf(lower), density_lower = numerics::normal_density(lower);
  double const shrunk_from_above =
      t * t * (above + upper * density_upper) - 2 * t * nu * density_upper + nu * nu * above;
  double const shrunk_from_below =
      t * t * (below - lower * density_lower) - 2 * t * nu * density_lower + nu * nu * below;
  double const missed = rho * rho * (1 - above - below);
  return shrunk_from_above + shrunk_from_below + missed;
}

namespace {

/// Applies the map once at (kappa, estimation_error) of `at`; the result holds the new pair, and the
/// threshold, noise and rates that led to it.
StateEvolution evolve(RecoveryProblem const& problem, std::span<double const> weights, double lambda,
                      double rows, StateEvolution const& at) {
  double sum_m = 0, power = 0;
  for (std::size_t g = 0; g < weights.size(); ++g) {
    auto const& block = problem.blocks[g];
    double const m = weights[g] / (1 + weights[g] * at.kappa);
    sum_m += block.rows * m;
    power += block.rows * m * m * (block.sigma * block.sigma + at.estimation_error);
  }
  StateEvolution next;
  next.nu = lambda * rows / sum_m;
  next.t = std::sqrt(power) / sum_m;
  double const null_count = problem.p - problem.s;
  double const level = next.nu / next.t;
  next.false_positive_rate = 2 * numerics::normal_upper_tail(level);
  next.true_positive_rate = numerics::normal_upper_tail((next.nu - problem.rho) / next.t) +
                            numerics::normal_cdf((-next.nu - problem.rho) / next.t);
  next.estimation_error = problem.s * active_threshold_risk(problem.rho, next.t, next.nu) +
                          null_count * next.t * next.t * null_threshold_risk(level);
  next.degrees_of_freedom = problem.s * next.true_positive_rate + null_count * next.false_positive_rate;
  next.kappa = next.degrees_of_freedom / sum_m;
  return next;
}

}  // namespace

StateEvolution state_evolution(RecoveryProblem const& problem, std::span<double const> weights,
                               double lambda) {
  double const tolerance = 1e-13;
  double const log_range = std::log(1e300);
  double const rows = total_rows(problem.blocks);
  StateEvolution state;

  // For a given error the equation of kappa has one root: nu/t increases with kappa, whatever the weights, so
  // that fewer coordinates pass the threshold while kappa n M, the rows used up, increases.
  double log_kappa = 0;
  auto const settle_kappa = [&](double estimation_error) {
    auto const excess = [&](double trial) {
      StateEvolution at;
      at.kappa = std::exp(trial);
      at.estimation_error = estimation_error;
      return trial - std::log(evolve(problem, weights, lambda, rows, at).kappa);
    };
    double const root = numerics::increasing_root(excess, {log_kappa, -log_range, log_range}, tolerance);
    if (std::isfinite(root)) log_kappa = root;
    state.kappa = std::exp(root);
    state.estimation_error = estimation_error;
    state = evolve(problem, weights, lambda, rows, state);
  };
  auto const excess = [&](double trial) {
    settle_kappa(std::exp(trial));
    return trial - std::log(state.estimation_error);
  };
  double const zero_estimate = std::log(problem.s * problem.rho * problem.rho);
  double const root = numerics::increasing_root(
      excess, {zero_estimate, zero_estimate - log_range, zero_estimate + log_range}, tolerance);
  settle_kappa(std::exp(root));
  return state;
}

}  // namespace thresher::mixed_quality_lasso
