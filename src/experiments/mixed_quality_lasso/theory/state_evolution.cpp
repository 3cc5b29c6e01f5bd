#include "experiments/mixed_quality_lasso/theory/state_evolution.hpp"

#include "experiments/mixed_quality_lasso/theory/null_threshold_risk.hpp"
#include "numerics/normal.hpp"
#include "numerics/root.hpp"

#include <cmath>
#include <cstddef>
#include <optional>

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

/// The map whose fixed point is sought, in (kappa, estimation error).
class Map {
 public:
  Map(RecoveryProblem const& problem, std::span<double const> weights, double lambda)
      : problem_(problem),
        weights_(weights),
        lambda_rows_(lambda * total_rows(problem.blocks)),
        null_count_(problem.p - problem.s) {}

  /// kappa after one application, all that the inner equation asks for.
  double next_kappa(double kappa, double estimation_error) const {
    auto const at = noise(kappa, estimation_error);
    return selected(rates(at)) / at.sum_m;
  }

  /// The new pair after one application, and the threshold, noise and rates that led to it.
  StateEvolution apply(double kappa, double estimation_error) const {
    auto const at = noise(kappa, estimation_error);
    auto const rate = rates(at);
    StateEvolution next;
    next.nu = at.nu;
    next.t = at.t;
    next.false_positive_rate = rate.false_positive;
    next.true_positive_rate = rate.true_positive;
    next.estimation_error = problem_.s * active_threshold_risk(problem_.rho, at.t, at.nu) +
                            null_count_ * at.t * at.t * null_threshold_risk(at.nu / at.t);
    next.degrees_of_freedom = selected(rate);
    next.kappa = next.degrees_of_freedom / at.sum_m;
    return next;
  }

  /// Change of log kappa and of the logarithm of the error in a step of Newton's method for the fixed point
  /// of their logarithms.
  struct Step {
    double log_kappa;
    double log_error;
  };
  Step newton_step(double kappa, double estimation_error) const {
    auto const at = noise(kappa, estimation_error);
    auto const next = apply(kappa, estimation_error);
    // Both images depend on the pair through nu and t, and kappa through sum_m besides.
    auto const [selected_by_nu, selected_by_t] = slopes_of_selected(at);
    auto const [error_by_nu, error_by_t] = slopes_of_error(at, next);
    double const log_sum_by_kappa = -at.sum_m2 / at.sum_m;
    double const nu_by_kappa = -at.nu * log_sum_by_kappa;
    double const t_by_kappa = -at.t * (at.power_m3 / at.power + log_sum_by_kappa);
    double const t_by_error = 0.5 * at.t * at.sum_m2 / at.power;
    double const kappa_by_kappa =
        kappa * ((selected_by_nu * nu_by_kappa + selected_by_t * t_by_kappa) / next.degrees_of_freedom -
                 log_sum_by_kappa);
    double const kappa_by_error = estimation_error * selected_by_t * t_by_error / next.degrees_of_freedom;
    double const by_kappa =
        kappa * (error_by_nu * nu_by_kappa + error_by_t * t_by_kappa) / next.estimation_error;
    double const by_error = estimation_error * error_by_t * t_by_error / next.estimation_error;
    double const kappa_excess = std::log(kappa / next.kappa);
    double const error_excess = std::log(estimation_error / next.estimation_error);
    double const determinant = (1 - kappa_by_kappa) * (1 - by_error) - kappa_by_error * by_kappa;
    return {-((1 - by_error) * kappa_excess + kappa_by_error * error_excess) / determinant,
            -(by_kappa * kappa_excess + (1 - kappa_by_kappa) * error_excess) / determinant};
  }

 private:
  /// What a coordinate sees at a pair: threshold and noise level, and the sums over the rows behind them.
  struct Noise {
    double sum_m = 0, sum_m2 = 0;    ///< of m = w/(1 + w kappa) and m^2
    double power = 0, power_m3 = 0;  ///< of m^2 and m^3 times the noise of a row, cross-talk included
    double nu = 0, t = 0;
  };
  struct Rates {
    double true_positive, false_positive;
  };
  struct Slopes {
    double by_nu, by_t;
  };

  Noise noise(double kappa, double estimation_error) const {
    Noise at;
    for (std::size_t g = 0; g < weights_.size(); ++g) {
      auto const& block = problem_.blocks[g];
      double const m = weights_[g] / (1 + weights_[g] * kappa);
      double const power = block.rows * m * m * (block.sigma * block.sigma + estimation_error);
      at.sum_m += block.rows * m;
      at.sum_m2 += block.rows * m * m;
      at.power += power;
      at.power_m3 += power * m;
    }
    at.nu = lambda_rows_ / at.sum_m;
    at.t = std::sqrt(at.power) / at.sum_m;
    return at;
  }

  Rates rates(Noise const& at) const {
    return {numerics::normal_upper_tail((at.nu - problem_.rho) / at.t) +
                numerics::normal_cdf((-at.nu - problem_.rho) / at.t),
            2 * numerics::normal_upper_tail(at.nu / at.t)};
  }

  double selected(Rates const& rate) const {
    return problem_.s * rate.true_positive + null_count_ * rate.false_positive;
  }

  Slopes slopes_of_selected(Noise const& at) const {
    double const upper = (at.nu - problem_.rho) / at.t, lower = (-at.nu - problem_.rho) / at.t;
    double const level = at.nu / at.t;
    double const active_upper = problem_.s * numerics::normal_density(upper) / at.t;
    double const active_lower = problem_.s * numerics::normal_density(lower) / at.t;
    double const null = 2 * null_count_ * numerics::normal_density(level) / at.t;
    return {-active_upper - active_lower - null, active_upper * upper - active_lower * lower + null * level};
  }

  /// Of a threshold's risk E (eta - beta)^2 the slopes are 2 E (eta - beta) d eta, d eta/d nu = -sign and
  /// d eta/dt = Z where eta is not 0.
  Slopes slopes_of_error(Noise const& at, StateEvolution const& next) const {
    double const upper = (at.nu - problem_.rho) / at.t, lower = (-at.nu - problem_.rho) / at.t;
    double const level = at.nu / at.t;
    double const above = numerics::normal_upper_tail(upper), below = numerics::normal_cdf(lower);
    double const density_upper = numerics::normal_density(upper);
    double const density_lower = numerics::normal_density(lower);
    double const both = density_upper + density_lower;
    double const active_by_nu = 2 * (at.nu * (above + below) - at.t * both);
    double const active_by_t =
        2 * (at.t * (above + below + upper * density_upper - lower * density_lower) - at.nu * both);
    double const null_by_nu =
        at.t * (2 * level * next.false_positive_rate - 4 * numerics::normal_density(level));
    double const null_by_t = 2 * at.t * null_threshold_risk(level) - level * null_by_nu;
    return {problem_.s * active_by_nu + null_count_ * null_by_nu,
            problem_.s * active_by_t + null_count_ * null_by_t};
  }

  RecoveryProblem const& problem_;
  std::span<double const> weights_;
  double lambda_rows_;
  double null_count_;
};

/// A pair in logarithms.
struct LogPair {
  double kappa = 0;
  double error = 0;
};

/// For a given error the equation of kappa has one root: nu/t increases with kappa, whatever the weights, so
/// that fewer coordinates pass the threshold while kappa n M, the rows used up, increases.
LogPair solve_by_brackets(Map const& map, double zero_estimate, double tolerance) {
  double const log_range = std::log(1e300);
  double guess = 0;
  auto const settle_kappa = [&](double error) {
    auto const excess = [&](double log_kappa) {
      return log_kappa - std::log(map.next_kappa(std::exp(log_kappa), error));
    };
    double const root = numerics::increasing_root(excess, {guess, -log_range, log_range}, tolerance);
    if (std::isfinite(root)) guess = root;
    return root;
  };
  auto const excess = [&](double log_error) {
    double const error = std::exp(log_error);
    return log_error - std::log(map.apply(std::exp(settle_kappa(error)), error).estimation_error);
  };
  double const log_zero_estimate = std::log(zero_estimate);
  double const root = numerics::increasing_root(
      excess, {log_zero_estimate, log_zero_estimate - log_range, log_zero_estimate + log_range}, tolerance);
  return {settle_kappa(std::exp(root)), root};
}

/// The fixed point near `start`; none where Newton's method does not find it there at once.
std::optional<LogPair> solve_by_newton(Map const& map, LogPair const& start) {
  double const near = 0.1, quadratic = 1e-9;
  int const most_steps = 8;
  LogPair at = start;
  for (int k = 0; k < most_steps; ++k) {
    auto const step = map.newton_step(std::exp(at.kappa), std::exp(at.error));
    at = {at.kappa + step.log_kappa, at.error + step.log_error};
    bool const stays = std::abs(at.kappa - start.kappa) < near && std::abs(at.error - start.error) < near;
    if (!stays) return std::nullopt;
    // The next step would be the square of this one.
    if (std::abs(step.log_kappa) < quadratic && std::abs(step.log_error) < quadratic) return at;
  }
  return std::nullopt;
}

}  // namespace

StateEvolution state_evolution(RecoveryProblem const& problem, std::span<double const> weights,
                               double lambda) {
  double const rough = 1e-2, fine = 1e-13;
  double const zero_estimate = problem.s * problem.rho * problem.rho;
  Map const map(problem, weights, lambda);
  auto const solution = solve_by_newton(map, solve_by_brackets(map, zero_estimate, rough));
  auto const at = solution ? *solution : solve_by_brackets(map, zero_estimate, fine);
  return map.apply(std::exp(at.kappa), std::exp(at.error));
}

}  // namespace thresher::mixed_quality_lasso
