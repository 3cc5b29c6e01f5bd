#include "experiments/reward_single_index/model/setting.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

std::int64_t share_of(double share, std::int64_t rows) {
  return static_cast<std::int64_t>(std::floor(share * static_cast<double>(rows)));
}

}  // namespace

std::int64_t own_first_rows(Parameters const& point) {
  auto const& own = *point.input;
  return own.second_rows > 0 ? own.rows : share_of(point.split, own.rows);
}

std::int64_t own_second_rows(Parameters const& point) {
  auto const& own = *point.input;
  return own.second_rows > 0 ? own.second_rows : own.rows - own_first_rows(point);
}

std::int64_t first_rows(Parameters const& point) {
  if (point.input != nullptr) return point.n1 > 0 ? point.n1 : own_first_rows(point);
  if (point.n1 > 0) return point.n1;
  // A product that is an integer but for rounding is that integer.
  double const rows =
      std::ceil(point.alpha1 * std::pow(static_cast<double>(point.d), point.gamma1) * (1 - 1e-13));
  return static_cast<std::int64_t>(std::clamp(rows, 1.0, 4e15));
}

std::int64_t calibration_rows(Parameters const& point) {
  return std::min(point.n_cal, first_rows(point));
}

std::int64_t readout_rows(Parameters const& point) {
  return point.input != nullptr ? std::min(point.n2, own_second_rows(point)) : point.n2;
}

std::int64_t held_out_rows(Parameters const& point) {
  return point.input != nullptr ? share_of(point.heldout_frac, readout_rows(point)) : 0;
}

std::int64_t pilot_rows(Parameters const& point) {
  if (point.weighting != Weighting::surrogate) return 0;
  return share_of(point.pilot_frac, readout_rows(point) - held_out_rows(point));
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
