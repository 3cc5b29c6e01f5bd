#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/row_layout.hpp"
#include "study/team.hpp"

#include <cstdint>

namespace thresher::hierarchical_features {

/// This rank's coordinates of the hidden directions a_k (columns of A, D x d1), from the trial's stream
/// `directions`. The same bits for every team. Collective.
linalg::DenseMatrix hidden_directions(Directions law, linalg::RowLayout const& layout, std::int64_t hidden,
                                      study::Team& team);

/// Strengths of the trial: its own signs where they are random. Not collective.
std::vector<double> trial_strengths(Parameters const& point, study::Team const& team);

}  // namespace thresher::hierarchical_features
