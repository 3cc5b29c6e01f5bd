#pragma once

#include "experiments/spiked_wigner/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::spiked_wigner {

/// What theory says of a point.
struct Predictions {
  double eigenvalue = study::kUndefined;
  double overlap = study::kUndefined;
};

/// Limits for n -> infinity: above theta = 1 the largest eigenvalue leaves the bulk [-2, 2] and its vector
/// turns to the signal (Baik, Ben Arous and Peche 2005 for covariances; for Wigner matrices Peche 2006,
/// Probability Theory and Related Fields 134, and Benaych-Georges and Nadakuditi 2011).
void predict_transition(Parameters const& point, Predictions& predictions);

}  // namespace thresher::spiked_wigner
