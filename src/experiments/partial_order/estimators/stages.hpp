#pragma once

#include "experiments/partial_order/data/trial_data.hpp"
#include "experiments/partial_order/estimators/fit.hpp"
#include "experiments/partial_order/estimators/method.hpp"
#include "experiments/partial_order/solvers/exact_posterior.hpp"
#include "experiments/partial_order/theory/order_predictions.hpp"

#include <optional>

namespace thresher::partial_order {

/// What all methods are compared with beside the truth. The data must outlive it.
struct ReferenceStage : public study::StageResult {
  /// Collective.
  ReferenceStage(TrialData const& trial_data, Parameters const& point, study::Team& team);

  TrialData const& data;
  Sequences training;
  OrderPredictions predictions;         ///< of the true order
  std::optional<ExactPosterior> exact;  ///< with `fidelity`
};

/// What the point's method learnt. The reference must outlive it.
struct FitStage : public study::StageResult {
  /// Collective. Throws study::Interrupted.
  FitStage(ReferenceStage const& reference_stage, Parameters const& point, study::Team& team);

  ReferenceStage const& reference;
  Fit fit;
};

}  // namespace thresher::partial_order
