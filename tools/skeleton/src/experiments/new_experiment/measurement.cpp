#include "experiments/new_experiment/measurement.hpp"

namespace thresher::new_experiment {

study::Outcome measure_point(Observations const& observations, Parameters const& point, study::Team& team,
                             Metrics& metrics) {
  metrics.estimate = (1 - point.shrinkage) * observations.mean();
  double const error = metrics.estimate - point.signal;
  metrics.squared_error = error * error;
  if (team.wants("fit")) team.store({"fit", {2}, {point.signal, metrics.estimate}});
  return study::Outcome::ok;
}

}  // namespace thresher::new_experiment
