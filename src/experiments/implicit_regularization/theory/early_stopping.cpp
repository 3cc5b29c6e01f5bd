#include "experiments/implicit_regularization/theory/early_stopping.hpp"

#include "numerics/marchenko_pastur.hpp"
#include "numerics/root.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace thresher::implicit_regularization {

namespace {

/// Terms of one eigenvalue in <theta, -grad L>, |theta|^2 and |grad L|^2.
struct Moments {
  double product = 0;
  double weights = 0;
  double gradient = 0;

  static Moments of(StoppedDescent const& descent, double s, double squared_z) {
    double const a = descent.shrinkage(s), left = descent.remainder(s);
    return {s * a * left * squared_z, a * a * squared_z, s * s * left * left * squared_z};
  }
  ScalarPenalty penalty() const { return {product / weights, product / weights * (product / gradient)}; }
};

/// Nodes of the distribution function in the angle: s = middle - half cos(phi).
constexpr int kAngles = 20001;
constexpr double kRootTolerance = 1e-12;

}  // namespace

ScalarPenalty scalar_penalty(StoppedDescent const& descent, std::span<double const> s,
                             std::span<double const> squared_z) {
  assert(s.size() == squared_z.size());
  Moments sum;
  for (std::size_t j = 0; j < s.size(); ++j) {
    if (s[j] <= 0) continue;
    auto const term = Moments::of(descent, s[j], squared_z[j]);
    sum.product += term.product;
    sum.weights += term.weights;
    sum.gradient += term.gradient;
  }
  return sum.penalty();
}

ScalarPenalty scalar_penalty(StoppedDescent const& descent, LinearPopulation const& population) {
  double const rows_per_input = population.n / population.d;
  auto const average = [&](double Moments::*moment) {
    return numerics::marchenko_pastur_average(rows_per_input, [&](double s) {
      // The law's atom at 0, of inputs that no row sees.
      return s > 0 ? Moments::of(descent, s, population.squared_coefficient(s)).*moment : 0.0;
    });
  };
  return Moments{average(&Moments::product), average(&Moments::weights), average(&Moments::gradient)}
      .penalty();
}

std::vector<double> typical_eigenvalues(std::int64_t n, std::int64_t d) {
  double const ratio = static_cast<double>(d) / static_cast<double>(n);
  double const middle = 1 + ratio, half = 2 * std::sqrt(ratio);
  auto const eigenvalue = [&](double angle) { return middle - half * std::cos(angle); };
  // sqrt((s+ - s)(s - s-)) / s ds = half^2 sin^2 / s dphi; the constant drops out of the quantiles. It is 0 /
  // 0 at the lower edge where n = d: 2 half there.
  auto const density = [&](double angle) {
    double const sine = std::sin(angle);
    double const s = eigenvalue(angle);
    return s > 0 ? half * half * sine * sine / s : 2 * half;
  };
  double const step = std::numbers::pi / (kAngles - 1);
  std::vector<double> cumulative(kAngles);
  for (int k = 1; k < kAngles; ++k)
    cumulative[static_cast<std::size_t>(k)] = cumulative[static_cast<std::size_t>(k - 1)] +
                                              0.5 * step * (density(step * (k - 1)) + density(step * k));
  std::int64_t const count = std::min(n, d);
  std::vector<double> result;
  for (std::int64_t j = 0; j < count; ++j) {
    double const wanted = cumulative.back() * (static_cast<double>(j) + 0.5) / static_cast<double>(count);
    auto const above = std::ranges::upper_bound(cumulative, wanted) - cumulative.begin();
    auto const k = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(above, 1, kAngles - 1));
    double const part = (wanted - cumulative[k - 1]) / (cumulative[k] - cumulative[k - 1]);
    // Linear in the eigenvalue between the nodes.
    double const low = eigenvalue(step * static_cast<double>(k - 1));
    double const high = eigenvalue(step * static_cast<double>(k));
    result.push_back(low + part * (high - low));
  }
  return result;
}

double matrix_error(StoppedDescent const& descent, LinearPopulation const& population,
                    std::int64_t replicates) {
  auto const n = static_cast<std::int64_t>(population.n);
  auto const d = static_cast<std::int64_t>(population.d);
  if (replicates >= d) return 0;
  auto const s = typical_eigenvalues(n, d);
  double const null_penalty = descent.penalty(0);
  double const unseen = static_cast<double>(std::max<std::int64_t>(d - n, 0));
  double squares = unseen * null_penalty * null_penalty;
  for (double const each : s) squares += descent.penalty(each) * descent.penalty(each);
  if (replicates >= n) return std::sqrt(unseen * null_penalty * null_penalty / squares);

  std::vector<double> covariance;
  for (double const each : s) {
    double const a = descent.shrinkage(each);
    covariance.push_back(a * a * population.squared_coefficient(each));
  }
  // Dimensions that are left after so many runs fall from d to d - min(n, d) as x grows.
  double const left = static_cast<double>(d - replicates);
  auto const spanned = [&](double log_x) {
    double sum = unseen;
    for (double const each : covariance) sum += 1 / (1 + std::exp(log_x) * each);
    return left - sum;
  };
  double const typical = *std::ranges::max_element(covariance);
  double const log_x = numerics::increasing_root(spanned, {-std::log(typical), -2000, 2000}, kRootTolerance);
  double const x = std::exp(log_x);
  double outside = unseen * null_penalty * null_penalty, mixed = 0, weights = 0;
  for (std::size_t j = 0; j < s.size(); ++j) {
    double const l = descent.penalty(s[j]);
    double const rest = 1 / (1 + x * covariance[j]);
    double const weight = rest * (1 - rest);
    outside += l * l * rest * rest;
    mixed += l * weight;
    weights += weight;
  }
  return std::sqrt((outside + mixed * mixed / weights) / squares);
}

}  // namespace thresher::implicit_regularization
