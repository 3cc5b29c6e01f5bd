#pragma once

#include "experiments/implicit_regularization/solvers/loss_model.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"

#include <span>
#include <vector>

/// The observations that probe given weights. Each appends blocks and facts to `deviation`. Collective; throw
/// study::Interrupted where the run ends before.
namespace thresher::implicit_regularization {

/// What probing is about.
struct Probe {
  Parameters const& point;
  Candidates needed;
  LossModel& model;
  Rows const& rows;
  study::Team& team;
};

/// Steps of gradient descent, or epochs of minibatches, against the flow, at point.snapshots places from
/// theta on.
void probe_flow(Probe const& probe, std::vector<double> theta, StartStage const& start, Deviation& deviation);

/// The mean over point.n_repeats of the gradient under dropout masks, against the gradient without.
void probe_updates(Probe const& probe, std::vector<double> const& theta, Deviation& deviation);

/// A block with this rank's own entries of theta and b, and the stored columns.
DeviationBlock make_block(Probe const& probe, std::span<double const> theta, std::span<double const> b);

}  // namespace thresher::implicit_regularization
