#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"

#include <cstdint>

namespace thresher::reward_single_index {

/// Rows n1 of the first stage: n1 where given, else ceil(alpha1 d^gamma1) (at most 4e15).
std::int64_t first_rows(Parameters const& point);
/// Rows that calibrate the label transform, n_cal' = min(n_cal, n1).
std::int64_t calibration_rows(Parameters const& point);

/// The sign pattern of the first layer: +1 for even neurons, -1 for odd ones.
inline double neuron_sign(std::int64_t neuron) {
  return neuron % 2 == 0 ? 1 : -1;
}
/// Threshold b2_j of a feature of the second stage.
inline double readout_bias(Parameters const& point, std::int64_t neuron) {
  return -point.bias2 +
         2 * point.bias2 * static_cast<double>(neuron) / static_cast<double>(point.n_neurons - 1);
}

/// Rows that fit the pilot of the surrogate weighting (0 without), and rows of the final fit.
std::int64_t pilot_rows(Parameters const& point);
inline std::int64_t final_rows(Parameters const& point) {
  return point.n2 - pilot_rows(point);
}
/// Temperature of the deployed policy.
inline double deployment_temperature(Parameters const& point) {
  return point.beta_deploy > 0 ? point.beta_deploy : point.beta2;
}

/// Whether the transform weighs labels exponentially.
inline bool has_exponential_weights(Parameters const& point) {
  return point.transform == Transform::exp_label || point.transform == Transform::exp;
}
inline bool is_projected(Parameters const& point) {
  return point.stage1 == FirstStage::online && point.engine == Engine::projected;
}

/// The derivative of the first stage's activation.
double activation_slope(Activation activation, double x);
/// The rate eta = lr / d f of an online step before which so many of all rows were used.
double learning_rate(Parameters const& point, double used, double rows);

}  // namespace thresher::reward_single_index
