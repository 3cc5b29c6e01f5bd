#pragma once

#include "experiments/hierarchical_features/estimators/stages.hpp"

namespace thresher::hierarchical_features {

struct Refinement {
  LearnedForm form;
  std::int64_t round = 0;  ///< in which it was found; 0: the start
};

/// Iterated residual spectral method: hard thresholding of the matrix V B V^T + step M(residual) to the rank
/// of V, coefficients by least squares on fold 2, the best of all rounds by the error on fold 3. Ends after
/// two rounds in a row that are not better, or after `refine_rounds`. Collective.
Refinement refine(Parameters const& point, SpectralStage const& start);

}  // namespace thresher::hierarchical_features
