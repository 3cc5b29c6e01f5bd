#include "experiments/reward_single_index/theory/online_flow.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/theory/label_averages.hpp"
#include "numerics/normal.hpp"
#include "numerics/quadrature.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace thresher::reward_single_index {

namespace {

constexpr int kOverlaps = 321;
constexpr int kBiases = 9;
constexpr int kTimeSteps = 1000;

/// What a row does to a neuron on average, over h at given z.
struct Response {
  double drift = 0;   ///< E[act'(u + b) (z - m u) | z]
  double square = 0;  ///< E[act'(u + b)^2 | z]
};

Response relu_response(double m, double c, double b, double z) {
  double const a = (m * z + b) / std::max(c, 1e-12);
  double const share = numerics::normal_cdf(a);
  return {z * c * c * share - m * c * numerics::normal_density(a), share};
}

Response tanh_response(numerics::QuadratureRule const& rule, double m, double c, double b, double z) {
  Response sum;
  for (std::size_t node = 0; node < rule.nodes.size(); ++node) {
    double const u = m * z + c * rule.nodes[node];
    double const slope = activation_slope(Activation::tanh, u + b);
    sum.drift += rule.weights[node] * slope * (z - m * u);
    sum.square += rule.weights[node] * slope * slope;
  }
  return sum;
}

/// F and V of one bias, linear between equidistant overlaps.
class Flow {
 public:
  Flow(Parameters const& point, LabelAverages const& averages, double bias)
      : drift_(kOverlaps), square_(kOverlaps) {
    auto const rule =
        point.activation1 == Activation::tanh ? numerics::gauss_hermite(41) : numerics::QuadratureRule{};
    for (int k = 0; k < kOverlaps; ++k) {
      double const m = -1 + 2.0 * k / (kOverlaps - 1);
      double const c = std::sqrt(std::max(0.0, 1 - m * m));
      for (std::size_t i = 0; i < averages.z.size(); ++i) {
        double const first = averages.probability[i] * averages.first[i];
        double const second = averages.probability[i] * averages.second[i];
        if (std::abs(first) + second < 1e-17) continue;
        auto const response = point.activation1 == Activation::relu
                                  ? relu_response(m, c, bias, averages.z[i])
                                  : tanh_response(rule, m, c, bias, averages.z[i]);
        drift_[static_cast<std::size_t>(k)] += first * response.drift;
        square_[static_cast<std::size_t>(k)] += second * response.square;
      }
    }
  }

  double velocity(double signed_rate, double m) const {
    double const place = (std::clamp(m, -1.0, 1.0) + 1) / 2 * (kOverlaps - 1);
    auto const left = std::min<std::size_t>(static_cast<std::size_t>(place), kOverlaps - 2);
    double const part = place - static_cast<double>(left);
    double const drift = (1 - part) * drift_[left] + part * drift_[left + 1];
    double const square = (1 - part) * square_[left] + part * square_[left + 1];
    return signed_rate * drift - signed_rate * signed_rate / 2 * m * square;
  }

 private:
  std::vector<double> drift_;
  std::vector<double> square_;
};

/// The end of one run, by the midpoint rule.
double final_overlap(Parameters const& point, Flow const& flow, double alpha, double sign, double m) {
  double const step = alpha / kTimeSteps;
  auto const rate = [&](double t) {
    return sign * static_cast<double>(point.d) * learning_rate(point, std::min(t, alpha), alpha);
  };
  for (int k = 0; k < kTimeSteps; ++k) {
    double const t = k * step;
    double const middle = m + step / 2 * flow.velocity(rate(t), m);
    m = std::clamp(m + step * flow.velocity(rate(t + step / 2), middle), -1.0, 1.0);
  }
  return m;
}

}  // namespace

OnlinePrediction online_prediction(Parameters const& point, RewardLink const& link) {
  // Quartiles of a normal start, in units of 1 / sqrt(d).
  constexpr std::array kStarts{0.3186, -0.3186, 1.1503, -1.1503};
  auto const averages = label_averages(point, link, point.activation1 == Activation::relu ? 2001 : 481);
  double const dimension = static_cast<double>(point.d);
  double const alpha = static_cast<double>(first_rows(point)) / dimension;
  std::vector<double> starts;
  if (point.init_overlap >= 0)
    starts.push_back(point.init_overlap);
  else
    for (double const start : kStarts) starts.push_back(start / std::sqrt(dimension));
  OnlinePrediction sum;
  int runs = 0;
  for (int k = 0; k < kBiases; ++k) {
    Flow const flow(point, averages, point.bias1 * (-1 + (2 * k + 1.0) / kBiases));
    for (double const sign : {1.0, -1.0})
      for (double const start : starts) {
        double const m = final_overlap(point, flow, alpha, sign, start);
        sum.overlap += std::abs(m);
        sum.overlap_signed += sign * m;
        sum.recovered += std::abs(m) >= point.weak_threshold ? 1 : 0;
        ++runs;
      }
  }
  return {sum.overlap / runs, sum.overlap_signed / runs, sum.recovered / runs};
}

}  // namespace thresher::reward_single_index
