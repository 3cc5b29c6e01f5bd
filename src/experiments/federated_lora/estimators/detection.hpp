#pragma once

#include "experiments/federated_lora/data/client_stack.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::federated_lora {

/// What is believed of the clients: a common part, a shared subspace, and who is contaminated.
struct Recovery {
  linalg::DenseMatrix common;  ///< d1 x d2
  linalg::DenseMatrix frame;   ///< d1 x r, orthonormal
  std::vector<double> scores;
  std::vector<char> flags;  ///< 1: contaminated
};

/// Flags scores above max(threshold_factor x their low quantile, threshold_floor x the median distance). The
/// same on all ranks when the scores are.
std::vector<char> flag(std::span<double const> scores, std::span<double const> distances,
                       Parameters const& point);

/// Scores and flags of the clients off a subspace. Collective.
void detect(ClientStack const& stack, Parameters const& point, Recovery& recovery);
/// The same with scores from elsewhere (norms of the program's residual blocks). Collective.
void detect_by(std::vector<double> scores, ClientStack const& stack, Parameters const& point,
               Recovery& recovery);

/// Up to `polish` times: common part and subspace anew from the unflagged clients, then scores and flags of
/// all; ends when the flags stay. Removes what shrinkage and colluders left in the subspace. Collective.
void polish(ClientStack const& stack, Parameters const& point, Recovery& recovery);

/// Common part and top-r left frame of the marked clients. Collective.
void refit(ClientStack const& stack, std::span<char const> marked, Parameters const& point,
           Recovery& recovery);

/// r orthonormal columns that begin with the given ones; those that are missing are unit vectors,
/// orthogonalised in turn, so that they do not look at the data. Not collective.
linalg::DenseMatrix completed_frame(linalg::ConstMatrixView vectors, std::int64_t columns);

}  // namespace thresher::federated_lora
