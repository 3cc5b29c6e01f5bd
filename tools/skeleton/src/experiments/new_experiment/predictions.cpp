#include "experiments/new_experiment/predictions.hpp"

namespace thresher::new_experiment {

void predict_risk(Parameters const& point, Predictions& predictions) {
  double const kept = 1 - point.shrinkage;
  predictions.bias = (kept - 1) * point.signal;
  predictions.risk = predictions.bias * predictions.bias + kept * kept / static_cast<double>(point.n);
}

}  // namespace thresher::new_experiment
