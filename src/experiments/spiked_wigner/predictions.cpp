#include "experiments/spiked_wigner/predictions.hpp"

namespace thresher::spiked_wigner {

void predict_transition(Parameters const& point, Predictions& predictions) {
  double const theta = point.theta;
  bool const visible = theta > 1;
  predictions.eigenvalue = visible ? theta + 1 / theta : 2;
  predictions.overlap = visible ? 1 - 1 / (theta * theta) : 0;
}

}  // namespace thresher::spiked_wigner
