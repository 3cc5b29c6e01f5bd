#pragma once

#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::federated_lora {

/// What all clients of a trial share, whole on every rank.
struct SharedStructure {
  linalg::DenseMatrix benign;         ///< U: d1 x r
  linalg::DenseMatrix contaminated;   ///< W: d1 x q, mixed with U by the overlap
  linalg::DenseMatrix poison;         ///< Z_0 of `shift`: d2 x q, else empty
  linalg::DenseMatrix common;         ///< C: d1 x d2, orthogonal to U
  std::vector<char> is_contaminated;  ///< per client
};

/// Streams frame, common, z0 and set; frames are orthonormalised by one rank. Collective.
SharedStructure draw_shared_structure(Parameters const& point, study::Team& team);

/// Stream set alone: the m clients with the smallest keys. Not collective.
std::vector<char> draw_contaminated(Parameters const& point, study::Team const& team);

}  // namespace thresher::federated_lora
