#pragma once

#include "experiments/implicit_regularization/estimators/observed.hpp"
#include "study/team.hpp"

#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Leaves the arrays that are asked for, but the matrices (estimators/matrix_scores.hpp) and errors.
/// Collective.
void store_artifacts(Observed const& observed, Fits const& fits, study::Team& team);
/// Leaves the standard errors of coefficients where the rows can be left out in parts. Collective.
void store_errors(Observed const& observed, Fits const& fits,
                  std::span<std::vector<DeviationBlock> const> without_part, study::Team& team);

}  // namespace thresher::implicit_regularization
