#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"
#include "experiments/implicit_regularization/solvers/penalties.hpp"
#include "study/team.hpp"

#include <span>
#include <vector>

namespace thresher::implicit_regularization {

struct Minimiser {
  std::vector<double> theta;  ///< this rank's part
  bool converged = true;
};

/// Minimum of L over all rows plus penalties by limited-memory BFGS, from `start`. Throws study::Interrupted
/// where the run ends before. Collective.
Minimiser minimise(LossModel& model, Rows const& rows, PenaltyTerms const& terms,
                   std::span<double const> start, Parameters const& point, study::Team& team);

}  // namespace thresher::implicit_regularization
