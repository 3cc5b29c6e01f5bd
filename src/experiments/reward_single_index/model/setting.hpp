#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"

#include <cstdint>

namespace thresher::reward_single_index {

/// Rows of the user's file that are there for the first stage, and those for the second one.
std::int64_t own_first_rows(Parameters const& point);
std::int64_t own_second_rows(Parameters const& point);
/// Rows n1 of the first stage: n1 where given, else ceil(alpha1 d^gamma1) (at most 4e15); of the user's rows
/// all where n1 is 0.
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

/// Rows of the second stage: n2, of the user's no more than there are.
std::int64_t readout_rows(Parameters const& point);
/// The last ones of them, which judge the readout of the user's data (0 where the truth can judge it).
std::int64_t held_out_rows(Parameters const& point);
/// The first ones, which fit the pilot of the surrogate weighting (0 without), and those of the final fit.
std::int64_t pilot_rows(Parameters const& point);
inline std::int64_t final_rows(Parameters const& point) {
  return readout_rows(point) - held_out_rows(point) - pilot_rows(point);
}
/// Temperature of the deployed policy.
inline double deployment_temperature(Parameters const& point) {
  return point.beta_deploy > 0 ? point.beta_deploy : point.beta2;
}

/// Whether overlaps with the hidden direction can be measured.
inline bool knows_direction(Parameters const& point) {
  return point.input == nullptr || point.input->has_direction;
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
