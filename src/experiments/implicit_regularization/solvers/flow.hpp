#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

/// Gradient flow theta' = -grad L and the steps that are compared with it. Displacements are kept apart from
/// the weights: what is looked for is a small difference between two of them. Collective.
namespace thresher::implicit_regularization {

/// Writes theta' at theta.
using Velocity = std::function<void(std::span<double const> theta, std::span<double> out)>;

/// -grad L on `rows`.
Velocity gradient_flow(LossModel& model, Rows const& rows);
/// -grad L - (eta / 2) H grad L: what steps of length eta follow to second order (Barrett and Dherin 2021).
Velocity modified_flow(LossModel& model, Rows const& rows, double eta);

/// Displacement from theta after `time`, by `substeps` equal steps of the classical Runge-Kutta method.
std::vector<double> displacement(Velocity const& velocity, std::span<double const> theta, double time,
                                 std::int64_t substeps);

/// How far gradient descent of so many steps and both flows part, relative to the way gone, step by step.
struct Drift {
  std::vector<double> flow, modified;
};
Drift drift(LossModel& model, Rows const& rows, std::vector<double> theta, double eta, std::int64_t steps,
            std::int64_t substeps);

}  // namespace thresher::implicit_regularization
