#include "experiments/hawkes_network/theory/information.hpp"

#include "experiments/hawkes_network/model/setting.hpp"
#include "numerics/normal.hpp"
#include "numerics/quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace thresher::hawkes_network {

double entire_exponential_integral(double u) {
  if (u < 1e-3) return u - u * u / 4 + u * u * u / 18;
  return -std::expint(-u) + std::log(u) + std::numbers::egamma;
}

namespace {

constexpr double kTolerance = 1e-12;

template <class Function>
double over_half_line(Function f) {
  return numerics::integrate(f, 0, 1, kTolerance) +
         numerics::integrate(f, 1, std::numeric_limits<double>::infinity(), kTolerance);
}

double log_two() {
  return std::numbers::ln2;
}

/// Sources of the bipartite class.
double class_sources(Parameters const& point) {
  return static_cast<double>(point.d / 2);
}

}  // namespace

DickmanMeans dickman_means(double theta, double c) {
  auto const one_minus_transform = [&](double u) {
    return -std::expm1(-theta * entire_exponential_integral(u));
  };
  DickmanMeans means;
  means.log = over_half_line([&](double s) { return one_minus_transform(c * s) * std::exp(-s) / s; });
  means.x_log = over_half_line([&](double s) {
    double const u = c * s;
    double const tilted = -std::expm1(-u) / u;  // (1 - e^-u)/u
    return theta * (1 - tilted * (1 - one_minus_transform(u))) * std::exp(-s) / s;
  });
  means.root = 1 + std::numbers::inv_sqrtpi * over_half_line([&](double r) {
                     return one_minus_transform(c * r * r) * std::exp(-r * r) / (r * r);
                   });
  return means;
}

InformationRates information_rates(Parameters const& point) {
  double const theta = point.mu / point.beta;
  double const c = point.alpha * point.beta / point.mu;
  auto const means = dickman_means(theta, c);
  double const entropy = point.mu * (means.log + c * means.x_log);
  InformationRates rates;
  rates.pair = entropy - point.mu * c * theta;
  rates.parent = entropy - point.mu * (1 + point.alpha) * std::log1p(point.alpha);
  rates.bhattacharyya = point.mu * (1 + point.alpha) - point.mu * means.root * means.root;
  return rates;
}

double fano_horizon(Parameters const& point, InformationRates const& rates) {
  double const sources = class_sources(point);
  double bound = std::max(0.0, (0.5 * std::log(pair_count(point)) - log_two()) / rates.pair);
  if (sources > 1)
    bound = std::max(bound, (0.5 * sources * std::log(sources) - log_two()) / (sources * rates.parent));
  return bound;
}

double fano_bound(Parameters const& point, InformationRates const& rates, double horizon) {
  double const sources = class_sources(point);
  double bound = std::min(1.0, (horizon * rates.pair + log_two()) / std::log(pair_count(point)));
  if (sources > 1)
    bound = std::min(bound, (sources * horizon * rates.parent + log_two()) / (sources * std::log(sources)));
  return bound;
}

double decoder_horizon(Parameters const& point, InformationRates const& rates) {
  double const sources = class_sources(point);
  if (sources < 2) return 0;
  return std::log((static_cast<double>(point.d) - sources) * (sources - 1)) / rates.bhattacharyya;
}

double decoder_success(Parameters const& point, InformationRates const& rates, double horizon) {
  static auto const rule = numerics::gauss_hermite(80);
  double const sources = class_sources(point);
  if (sources < 2) return 1;
  double const lead = 2 * std::sqrt(rates.bhattacharyya * horizon);
  double const one_sink =
      rule.average([&](double g) { return std::exp((sources - 1) * numerics::log_normal_cdf(g + lead)); });
  return std::exp((static_cast<double>(point.d) - sources) * std::log(one_sink));
}

}  // namespace thresher::hawkes_network
