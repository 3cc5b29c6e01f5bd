#pragma once

#include "experiments/federated_lora/data/client_stack.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::federated_lora {

/// What is believed of the clients and of one matrix of each: a common part, a shared subspace, and who is
/// contaminated.
struct Recovery {
  linalg::DenseMatrix common;  ///< d1 x d2
  linalg::DenseMatrix frame;   ///< d1 x r, orthonormal
  std::vector<double> scores;
  std::vector<char> flags;              ///< 1: contaminated
  std::vector<double> own_scores = {};  ///< of this matrix alone
};

/// Flags scores above max(threshold_factor x their low quantile, threshold_floor x the median distance). The
/// same on all ranks when the scores are.
std::vector<char> flag(std::span<double const> scores, std::span<double const> distances,
                       Parameters const& point);

/// How far the clients are from what is believed of one matrix.
struct Readings {
  std::vector<double> scores;
  std::vector<double> distances;  ///< ||M_k - C||_F
};

/// Readings of several adapters as one: roots of sums of squares, each adapter's in units of the low quantile
/// of its squared scores (and at least of threshold_floor x its median distance). One stays as it is.
Readings combined(std::span<Readings const> adapters, Parameters const& point);

/// What is believed of each of the clients' matrices; scores and flags are those of the client, the same in
/// all.
using Recoveries = std::vector<Recovery>;
using Stacks = std::vector<ClientStack const*>;

/// Scores and flags of the clients off the subspaces. Collective.
void detect(Stacks const& stacks, Parameters const& point, Recoveries& recoveries);
/// The same with scores from elsewhere (norms of the program's residual blocks), per matrix. Collective.
void detect_by(std::vector<std::vector<double>> scores, Stacks const& stacks, Parameters const& point,
               Recoveries& recoveries);

/// Up to `polish` times: common parts and subspaces anew from the unflagged clients, then scores and flags of
/// all; ends when the flags stay. Removes what shrinkage and colluders left in the subspace. Collective.
void polish(Stacks const& stacks, Parameters const& point, Recoveries& recoveries);

/// Common part and top-r left frame of the marked clients. Collective.
void refit(ClientStack const& stack, std::span<char const> marked, Parameters const& point,
           Recovery& recovery);

/// r orthonormal columns that begin with the given ones; those that are missing are unit vectors,
/// orthogonalised in turn, so that they do not look at the data. Not collective.
linalg::DenseMatrix completed_frame(linalg::ConstMatrixView vectors, std::int64_t columns);

}  // namespace thresher::federated_lora
