#include "experiments/hawkes_network/model/setting.hpp"

#include "experiments/hawkes_network/model/delay.hpp"
#include "experiments/hawkes_network/model/user_facts.hpp"
#include "numerics/normal.hpp"
#include "numerics/root.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hawkes_network {

double wanted_horizon(Parameters const& point) {
  return point.t_obs > 0 ? point.t_obs : point.c_time * std::log(static_cast<double>(point.d));
}

double horizon(Parameters const& point) {
  double const wanted = wanted_horizon(point);
  // c_time = T / log d of the file is its whole horizon, rounded.
  if (point.input != nullptr && wanted > point.input->horizon * (1 - 1e-12)) return point.input->horizon;
  return wanted;
}

double working_decay(Parameters const& point) {
  return point.beta_fit > 0 ? point.beta_fit : point.beta;
}

Bins bins_of(Parameters const& point) {
  double const width = point.bin_width / working_decay(point);
  return {width, static_cast<std::int64_t>(std::floor(horizon(point) / width + 1e-9))};
}

double bin_response(double bin_width) {
  double const caught = -std::expm1(-bin_width);
  return caught * caught / bin_width;
}

double load(Parameters const& point) {
  return static_cast<double>(point.s) * point.alpha * (1 + point.alpha_spread) + point.self_weight;
}

namespace {

/// theta with kappa M(theta) = (1 + kappa)/2.
double tilt(Parameters const& point, double kappa) {
  if (point.kernel == Kernel::exponential) return point.beta * (1 - kappa) / (1 + kappa);
  double const wanted = (1 + kappa) / (2 * kappa);
  double const unit = numerics::increasing_root(
      [&](double log_theta) {
        return log_delay_transform(point.kernel, std::exp(log_theta)) - std::log(wanted);
      },
      {.guess = std::log(1 - kappa), .lowest = -700, .highest = std::log(1e300)}, 1e-14);
  return point.beta * std::exp(unit);
}

}  // namespace

double burn_in(Parameters const& point) {
  double const kappa = load(point);
  if (kappa == 0) return 0;
  double const theta = tilt(point, kappa);
  double const rate = static_cast<double>(point.d) * point.mu * (1 + point.mu_spread);
  return std::max(0.0, std::log(rate * (1 + kappa) / (theta * (1 - kappa) * point.tv_eps)) / theta);
}

std::int64_t source_count(Parameters const& point) {
  return point.graph == Graph::bipartite ? point.d / 2 : point.d;
}

std::int64_t target_count(Parameters const& point) {
  return point.graph == Graph::bipartite ? point.d - point.d / 2 : point.d;
}

LocalRates local_rates(Parameters const& point) {
  double const incoming = static_cast<double>(point.s) * point.alpha * (1 + point.alpha_spread / 2);
  if (point.graph == Graph::bipartite) {
    double const source = point.mu / (1 - point.self_weight);
    return {source, (point.mu + incoming * source) / (1 - point.self_weight)};
  }
  double const rate = point.mu / (1 - incoming - point.self_weight);
  return {rate, rate};
}

double pair_count(Parameters const& point) {
  double const d = static_cast<double>(point.d);
  return d * (d - 1);
}

double screening_level(Parameters const& point) {
  double const part = std::min(0.5, point.screen_fp / (static_cast<double>(point.d) - 1));
  return -numerics::normal_quantile(part);
}

double edge_level(Parameters const& point) {
  return -numerics::normal_quantile(point.level / pair_count(point));
}

}  // namespace thresher::hawkes_network
