#include "experiments/reward_single_index/model/setting.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

std::int64_t first_rows(Parameters const& point) {
  if (point.n1 > 0) return point.n1;
  // A product that is an integer but for rounding is that integer.
  double const rows =
      std::ceil(point.alpha1 * std::pow(static_cast<double>(point.d), point.gamma1) * (1 - 1e-13));
  return static_cast<std::int64_t>(std::clamp(rows, 1.0, 4e15));
}

std::int64_t calibration_rows(Parameters const& point) {
  return std::min(point.n_cal, first_rows(point));
}

std::int64_t pilot_rows(Parameters const& point) {
  if (point.weighting != Weighting::surrogate) return 0;
  return static_cast<std::int64_t>(std::floor(point.pilot_frac * static_cast<double>(point.n2)));
}

double activation_slope(Activation activation, double x) {
  if (activation == Activation::relu) return x > 0 ? 1 : 0;
  double const value = std::tanh(x);
  return 1 - value * value;
}

double learning_rate(Parameters const& point, double used, double rows) {
  double const rate = point.lr / static_cast<double>(point.d);
  double const done = used / rows;
  if (point.lr_schedule == Schedule::constant || done <= 0.5) return rate;
  return rate * 2 * (1 - done);
}

}  // namespace thresher::reward_single_index
