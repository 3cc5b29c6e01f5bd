#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace thresher::hierarchical_features {

/// Spectral weight of a centred label (or residual) r whose sample has standard deviation `deviation`, before
/// the sample's weights are centred.
inline double spectral_weight(Preprocess preprocess, double clip, double deviation, double r) {
  if (deviation == 0) return 0;
  switch (preprocess) {
    case Preprocess::clip:
      return deviation * std::clamp(r / deviation, -clip, clip);
    case Preprocess::tanh:
      return deviation * std::tanh(r / deviation);
    case Preprocess::sign:
      return r > 0 ? deviation : r < 0 ? -deviation : 0;
    case Preprocess::identity:
      break;
  }
  return r;
}

}  // namespace thresher::hierarchical_features
