#pragma once

#include "experiments/implicit_regularization/solvers/loss_model.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"

namespace thresher::implicit_regularization {

/// The deviations of the user's snapshots: -grad L there, or -(theta_next - theta) / eta - grad L; and the
/// same with each tenth of the rows left out. Collective.
void observe_own(Parameters const& point, Candidates needed, TrainStage const& trained, LossModel& model,
                 study::Team& team, Deviation& deviation);

}  // namespace thresher::implicit_regularization
