#include "experiments/partial_order/estimators/stages.hpp"

#include "experiments/partial_order/estimators/exact.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "study/stopwatch.hpp"

namespace thresher::partial_order {

namespace {

/// By one rank, for all.
OrderPredictions predicted(TrialData const& data, Parameters const& point, study::Team& team) {
  OrderPredictions predictions;
  if (!generates(point) || !predicts_order(point)) return predictions;
  mpi::agree(team.communicator(), [&] {
    if (team.communicator().rank() == 0)
      predictions = predict_order(PartialOrder::copy_of(*data.truth()), point.generator, true_noise(point),
                                  sequence_count(point), point.precedence_threshold);
  });
  return mpi::broadcast_value(team.communicator(), predictions);
}

}  // namespace

ReferenceStage::ReferenceStage(TrialData const& trial_data, Parameters const& point, study::Team& team)
    : data(trial_data),
      training(trial_data.training(point)),
      predictions(predicted(trial_data, point, team)) {
  if (point.fidelity) exact = exact_by_one(point, training, team);
}

FitStage::FitStage(ReferenceStage const& reference_stage, Parameters const& point, study::Team& team)
    : reference(reference_stage) {
  study::Stopwatch const watch;
  fit = method_of(point).run({point, reference.data, reference.training, team});
  fit.seconds = watch.seconds();
}

}  // namespace thresher::partial_order
