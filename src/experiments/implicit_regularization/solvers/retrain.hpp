#pragma once

#include "experiments/implicit_regularization/solvers/penalties.hpp"
#include "experiments/implicit_regularization/solvers/stages.hpp"

namespace thresher::implicit_regularization {

/// Minimises L plus the estimated penalties from the same start on the first block's rows and compares the
/// outputs there: |f_retrained - f_hat| / |f_hat - mean f_hat|. Collective.
double retrain_error(TrainStage const& trained, Parameters const& point, PenaltyTerms const& terms,
                     study::Team& team);

}  // namespace thresher::implicit_regularization
