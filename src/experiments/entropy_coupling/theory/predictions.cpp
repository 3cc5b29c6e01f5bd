#include "experiments/entropy_coupling/theory/predictions.hpp"

#include "experiments/entropy_coupling/data/data.hpp"
#include "experiments/entropy_coupling/model/entropy.hpp"
#include "numerics/quadrature.hpp"
#include "numerics/special_functions.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

namespace thresher::entropy_coupling {

namespace {

constexpr double kMostTypes = 20000;

/// Integral over (0, 1); `f` is never evaluated at the ends.
template <class Function>
double integrate_unit_interval(Function f) {
  static auto const rule = numerics::gauss_legendre(200);
  return rule.average(f);
}

bool plain(Parameters const& point) {
  return point.p_jitter == 0 && point.p_samples == 0 && point.p_kind != SymbolLaw::file;
}

bool fixed_observation(Parameters const& point) {
  return !observation_law_is_random(point) && point.q_kind != ObservationLaw::file;
}

bool two_by_two(Parameters const& point) {
  return point.n == 2 && point.k == 2 && plain(point) && fixed_observation(point);
}

/// Content of a cell with two atoms.
double pair_entropy(double a, double b) {
  double const weights[2] = {a, b};
  return cell_entropy(std::span<double const>(weights), a + b);
}

/// E[Harm_{J+1}] - 1 for J ~ Bin(n - 1, mu).
double mean_harmonic_excess(double symbols, double mu) {
  if (mu * symbols < 1e-6) return (symbols - 1) * mu / 2;
  // integral over s of [1 - (1 - s)(1 - mu s)^(n-1)] / s, s = u^4
  double const mean = integrate_unit_interval([&](double u) {
    double const s = u * u * u * u;
    return -4 / u * std::expm1(std::log1p(-s) + (symbols - 1) * std::log1p(-mu * s));
  });
  return mean - 1;
}

}  // namespace

std::optional<double> mean_interval_entropy(std::int64_t symbols, std::span<double const> observation,
                                            std::int64_t m) {
  auto const k = static_cast<std::int64_t>(observation.size());
  double types = 1;
  for (std::int64_t j = 1; j < k; ++j) {
    types *= static_cast<double>(m + j) / static_cast<double>(j);
    if (types > kMostTypes) return std::nullopt;
  }
  auto const n = static_cast<double>(symbols);
  CompensatedSum sum;
  // Walks the compositions of m: log of the number of cells of the type, log of the mass of one.
  std::function<void(std::size_t, std::int64_t, double, double)> visit =
      [&](std::size_t value, std::int64_t left, double log_count, double log_mass) {
        auto const all = static_cast<double>(left);
        if (value + 1 == observation.size()) {
          double const mass = log_mass + all * std::log(observation[value]);
          double const count = log_count - std::lgamma(all + 1);
          sum.add(std::exp(count + mass) * mean_harmonic_excess(n, std::exp(mass)));
          return;
        }
        for (std::int64_t a = 0; a <= left; ++a) {
          auto const taken = static_cast<double>(a);
          visit(value + 1, left - a, log_count - std::lgamma(taken + 1),
                log_mass + taken * std::log(observation[value]));
        }
      };
  visit(0, m, std::lgamma(static_cast<double>(m) + 1), 0);
  return sum.value() / std::numbers::ln2;
}

double mean_dirichlet_entropy(std::int64_t symbols, double alpha) {
  return (numerics::digamma(static_cast<double>(symbols) * alpha + 1) - numerics::digamma(alpha + 1)) /
         std::numbers::ln2;
}

double two_symbol_optimum(double p, double q, std::int64_t m) {
  if (m == 1) {
    if (p == q) return 0;
    return p < q ? pair_entropy(p, q - p) : pair_entropy(1 - p, p - q);
  }
  double const reach = static_cast<double>(m) * q;
  return p <= reach ? 0 : pair_entropy(1 - p, p - reach);
}

double mean_two_symbol_optimum(double alpha, double q, std::int64_t m) {
  double const log_beta = 2 * std::lgamma(alpha) - std::lgamma(2 * alpha);
  // Substitution that smooths both ends: p = low + (high - low) w(u), w' vanishing to high order where the
  // density or the logarithm is singular.
  double const order = std::max(4.0, std::ceil(4 / alpha));
  auto const part = [&](double low, double high) {
    if (!(high > low)) return 0.0;
    double const middle = (low + high) / 2;
    double const half = middle - low;
    // In one exponent: the factors of a concentrated or a spread law over- and underflow.
    auto const value = [&](double p, double log_p, double log_slope) {
      double const bits = two_symbol_optimum(p, q, m);
      return bits == 0 ? 0 : bits * std::exp((alpha - 1) * (log_p + std::log1p(-p)) - log_beta + log_slope);
    };
    double const lower = integrate_unit_interval([&](double u) {
      double const above = half * std::pow(u, order);
      double const log_above = std::log(half) + order * std::log(u);
      double const p = low + above;
      return value(p, low == 0 ? log_above : std::log(p), log_above + std::log(order / u));
    });
    double const upper = integrate_unit_interval([&](double u) {
      double const p = high - half * u * u * u * u;
      return value(p, std::log(p), std::log(half * 4) + 3 * std::log(u));
    });
    return lower + upper;
  };
  // The density of a concentrated law is negligible twelve standard deviations from 1/2.
  double const least = std::max(0.0, 0.5 - 12 / std::sqrt(8 * alpha + 4));
  if (m == 1) return 2 * (part(std::min(least, q), q) + part(std::max(least, q), 0.5));
  return 2 * part(std::max(least, std::min(0.5, static_cast<double>(m) * q)), 0.5);
}

double two_symbol_zero_probability(double alpha, double q, std::int64_t m) {
  return m == 1 ? 0
                : 2 * numerics::beta_distribution(std::min(0.5, static_cast<double>(m) * q), alpha, alpha);
}

std::int64_t digits(std::int64_t symbols, std::int64_t base) {
  std::int64_t count = 0;
  for (std::int64_t reach = 1; reach < symbols; reach *= base) ++count;
  return count;
}

void predict_observation_entropy(Parameters const& point, Predictions& predictions) {
  if (fixed_observation(point)) predictions.h_q_bits = fixed_observation_law(point).entropy();
}

void predict_symbol_entropy(Parameters const& point, Predictions& predictions) {
  if (!plain(point)) return;
  predictions.h_p_mean_bits = point.p_kind == SymbolLaw::dirichlet
                                  ? mean_dirichlet_entropy(point.n, point.p_alpha)
                                  : fixed_symbol_law(point).entropy();
}

void predict_information_bound(Parameters const& point, Predictions& predictions) {
  Predictions parts;
  predict_observation_entropy(point, parts);
  predict_symbol_entropy(point, parts);
  double const bound = parts.h_p_mean_bits - static_cast<double>(point.m) * parts.h_q_bits;
  predictions.h_info_mean_bits = std::isnan(bound) ? bound : std::max(0.0, bound);
}

void predict_interval_entropy(Parameters const& point, Predictions& predictions) {
  if (!plain(point) || point.p_kind != SymbolLaw::dirichlet || point.p_alpha != 1 ||
      !fixed_observation(point))
    return;
  Law const law = fixed_observation_law(point);
  std::vector<double> probabilities(law.size());
  for (std::size_t y = 0; y < law.size(); ++y) probabilities[y] = law.probability(y);
  if (auto const mean = mean_interval_entropy(point.n, probabilities, point.m))
    predictions.h_ind_mean_bits = *mean;
}

void predict_two_symbols(Parameters const& point, Predictions& predictions) {
  if (!two_by_two(point)) return;
  Law const observation = fixed_observation_law(point);
  double const q = observation.probability(1 - observation.mode());
  if (point.p_kind == SymbolLaw::dirichlet) {
    predictions.h_exact2_mean_bits = mean_two_symbol_optimum(point.p_alpha, q, point.m);
    predictions.zero_prob_exact2 = two_symbol_zero_probability(point.p_alpha, q, point.m);
  } else {
    Law const law = fixed_symbol_law(point);
    predictions.h_exact2_bits = two_symbol_optimum(law.probability(1 - law.mode()), q, point.m);
  }
}

void predict_shift_code(Parameters const& point, Predictions& predictions) {
  if (point.q_kind != ObservationLaw::uniform || point.q_jitter != 0) return;
  if (point.p_kind == SymbolLaw::file) return;  // its size is not a parameter
  std::int64_t const symbols = point.p_samples > 0 ? std::min(point.n, point.p_samples) : point.n;
  predictions.m_shift_lb = static_cast<double>(digits(symbols, point.k));
  predictions.m_shift_ub = predictions.m_shift_lb + 1;
}

}  // namespace thresher::entropy_coupling
