#pragma once

#include "experiments/reward_single_index/model/reward_link.hpp"

namespace thresher::reward_single_index {

/// What the label-weighted law (numerics::LabelWeightedLaw) says of the spectral first stage: the overlap at
/// either end, at the end that the point uses, and how far its outlier lies beyond the bulk (0 without one).
struct SpectralPrediction {
  double largest = 0;
  double smallest = 0;
  double overlap = 0;
  double gap = 0;
};

/// z and Gaussian noise are cut off beyond what one of n1 rows reaches: a finite sample has a largest weight.
SpectralPrediction spectral_prediction(Parameters const& point, RewardLink const& link);

}  // namespace thresher::reward_single_index
