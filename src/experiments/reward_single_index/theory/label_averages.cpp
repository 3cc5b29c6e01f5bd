#include "experiments/reward_single_index/theory/label_averages.hpp"

#include "experiments/reward_single_index/model/label_noise.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "numerics/hermite.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

namespace thresher::reward_single_index {

namespace {

constexpr double kEnd = 12;
constexpr int kOrders = 6;

double log_integrand(RewardLink const& link, double factor, double beta, double cap, double z) {
  double const r = link(z);
  return -z * z / 2 + factor * std::min(r, cap) / beta + 2 * std::log(std::max(std::abs(r), 1.0));
}

/// Where the integrand is largest, of a coarse grid.
double peak(RewardLink const& link, double factor, double beta, double cap, double end) {
  constexpr int kSteps = 2000;
  double best = -std::numeric_limits<double>::infinity(), place = 0;
  for (int k = 0; k <= kSteps; ++k) {
    double const z = -end + 2 * end * k / kSteps;
    double const value = log_integrand(link, factor, beta, cap, z);
    if (value > best) best = value, place = z;
  }
  return place;
}

double least_order(std::span<double const> coefficients) {
  for (std::size_t k = 0; k < coefficients.size(); ++k)
    if (std::abs(coefficients[k]) > 1e-6) return static_cast<double>(k + 1);
  return 99;
}

}  // namespace

double sufficient_width(RewardLink const& link, double factor, double beta, double cap) {
  for (double end = kEnd; end < 400; end *= 1.25) {
    double const top = log_integrand(link, factor, beta, cap, peak(link, factor, beta, cap, end));
    double const ends =
        std::max(log_integrand(link, factor, beta, cap, -end), log_integrand(link, factor, beta, cap, end));
    if (ends < top - 27.7) return end;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

LabelAverages label_averages(Parameters const& point, RewardLink const& link, int points) {
  bool const weighs = has_exponential_weights(point);
  double const beta = weighs ? point.beta1 : std::numeric_limits<double>::infinity();
  double const cap = weighs ? point.weight_clip : std::numeric_limits<double>::infinity();
  double const sufficient = sufficient_width(link, 2, beta, cap);
  double const end = std::isnan(sufficient) ? kEnd : sufficient;
  auto const count = static_cast<std::size_t>(std::lround((points - 1) * end / kEnd)) + 1;
  LabelTransform transform(point, link, link(peak(link, 2, beta, cap, end)));
  LabelAverages made{std::vector<double>(count), std::vector<double>(count), std::vector<double>(count),
                     std::vector<double>(count), transform};
  auto const noise = noise_rule(point);
  double total = 0, mean = 0, square = 0, weight = 0, weight_square = 0;
  for (std::size_t k = 0; k < count; ++k) {
    double const z = -end + 2 * end * static_cast<double>(k) / static_cast<double>(count - 1);
    double const density = std::exp(-z * z / 2);
    made.z[k] = z;
    made.probability[k] = density;
    if (density == 0) continue;
    double const r = link(z);
    double w = 0, w2 = 0;
    for (std::size_t node = 0; node < noise.nodes.size(); ++node) {
      double const y = r + noise.nodes[node];
      double const t = transform.raw(y);
      made.first[k] += noise.weights[node] * t;
      made.second[k] += noise.weights[node] * t * t;
      if (!weighs) continue;
      double const each = transform.weight(y);
      w += noise.weights[node] * each;
      w2 += noise.weights[node] * each * each;
    }
    total += density;
    mean += density * made.first[k];
    square += density * made.second[k];
    weight += density * w;
    weight_square += density * w2;
  }
  mean /= total;
  square /= total;
  double const centre = point.center_transform ? mean : 0;
  double const variance = square - (point.center_transform ? mean * mean : 0);
  double const scale = variance > 1e-24 * square ? std::sqrt(variance) : 0;
  double const inverse = scale > 0 ? 1 / scale : 0;
  made.transform.normalise(centre, scale);
  for (std::size_t k = 0; k < count; ++k) {
    made.probability[k] /= total;
    made.second[k] = (made.second[k] - 2 * centre * made.first[k] + centre * centre) * inverse * inverse;
    made.first[k] = (made.first[k] - centre) * inverse;
  }
  made.weight_efficiency = weighs ? weight * weight / (total * weight_square) : 1;
  return made;
}

std::vector<double> LabelAverages::signals(int count) const {
  std::vector<double> sums(static_cast<std::size_t>(count), 0.0), hermite(sums.size() + 1);
  for (std::size_t k = 0; k < z.size(); ++k) {
    numerics::orthonormal_hermite(z[k], hermite);
    for (std::size_t order = 1; order < hermite.size(); ++order)
      sums[order - 1] += probability[k] * first[k] * hermite[order];
  }
  return sums;
}

double information_exponent(LabelAverages const& averages) {
  return least_order(averages.signals(kOrders));
}

double information_exponent(RewardLink const& link) {
  constexpr int kSteps = 24000;
  std::array<double, kOrders + 1> hermite{}, sums{};
  double total = 0;
  for (int k = 0; k <= kSteps; ++k) {
    double const z = -kEnd + 2 * kEnd * k / kSteps;
    double const density = std::exp(-z * z / 2);
    numerics::orthonormal_hermite(z, hermite);
    total += density;
    for (std::size_t order = 1; order < hermite.size(); ++order)
      sums[order] += density * link(z) * hermite[order];
  }
  for (double& sum : sums) sum /= total;
  return least_order(std::span(sums).subspan(1));
}

}  // namespace thresher::reward_single_index
