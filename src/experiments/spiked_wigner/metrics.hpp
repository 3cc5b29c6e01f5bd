#pragma once

#include "study/experiment.hpp"

namespace thresher::spiked_wigner {

/// What is measured in a trial; NaN where the eigensolver did not converge.
struct Metrics {
  double eigenvalue = study::kUndefined;
  double overlap = study::kUndefined;
};

}  // namespace thresher::spiked_wigner
