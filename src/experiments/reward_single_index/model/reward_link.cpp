#include "experiments/reward_single_index/model/reward_link.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

RewardLink::RewardLink(Parameters const& point)
    : kind_(point.link),
      w1_(point.link_w1),
      w2_(point.link_w2),
      a_(point.link_a),
      b_(point.link_b),
      k_(point.link_k) {
  // E[sin(w z) z] = w e^{-w^2/2} and E[cos(w z) (z^2 - 1)] = -w^2 e^{-w^2/2}: the amplitudes make the two
  // waves' coefficients equal.
  double const order = kind_ == Link::wave4 ? 2 : 1;
  e1_ = std::exp(w1_ * w1_ / 2) / std::pow(w1_, order);
  e2_ = std::exp(w2_ * w2_ / 2) / std::pow(w2_, order);
  switch (kind_) {
    case Link::linear:
      return;
    case Link::quadratic:
      mean_ = 1;
      deviation_ = std::sqrt(2.0);
      return;
    case Link::hermite3:
      deviation_ = std::sqrt(6.0);
      return;
    default:
      break;
  }
  // The trapezoidal rule, which converges faster than any power here.
  constexpr int kPoints = 24001;
  constexpr double kEnd = 12;
  double weight = 0, first = 0, second = 0;
  for (int k = 0; k < kPoints; ++k) {
    double const z = -kEnd + 2 * kEnd * k / (kPoints - 1);
    double const density = std::exp(-z * z / 2);
    double const value = raw(z);
    weight += density;
    first += density * value;
    second += density * value * value;
  }
  mean_ = first / weight;
  deviation_ = std::sqrt(second / weight - mean_ * mean_);
}

double RewardLink::raw(double z) const {
  switch (kind_) {
    case Link::linear:
      return z;
    case Link::tanh:
      return std::tanh(k_ * z);
    case Link::quadratic:
      return z * z;
    case Link::hermite3:
      return z * (z * z - 3);
    case Link::wave3:
      return e1_ * std::sin(w1_ * z) - e2_ * std::sin(w2_ * z);
    case Link::wave4:
      return e1_ * std::cos(w1_ * z) - e2_ * std::cos(w2_ * z);
    case Link::z2exp:
      return z * z * std::exp(-z * z);
    case Link::deceptive: {
      double const t = (z - 2) / b_;
      return -std::tanh(z) + a_ * std::exp(-t * t / 2);
    }
  }
  return 0;
}

RewardLink::Shape RewardLink::shape() const {
  constexpr int kSteps = 12000;
  constexpr double kEnd = 6;
  double before = (*this)(-kEnd);
  Shape shape{before, before, 0};
  for (int k = 1; k <= kSteps; ++k) {
    double const value = (*this)(-kEnd + 2 * kEnd * k / kSteps);
    shape.lowest = std::min(shape.lowest, value);
    shape.highest = std::max(shape.highest, value);
    shape.steepest = std::max(shape.steepest, std::abs(value - before) * kSteps / (2 * kEnd));
    before = value;
  }
  return shape;
}

}  // namespace thresher::reward_single_index
