#pragma once

#include <cstdint>

namespace thresher::new_experiment {

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  std::int64_t n = 100;
  double signal = 1;
  double shrinkage = 0;
};

}  // namespace thresher::new_experiment
