#pragma once

#include "prox/design.hpp"
#include "prox/lasso.hpp"

#include <optional>
#include <span>

namespace thresher::prox {

/// Solution of the LASSO's normal equations on the signed support of `guess`, (A_T^T A_T) x = A_T^T b - n
/// lambda sign; empty where they are singular or a sign of the solution disagrees. Collective; the same
/// result on all ranks. The Gram matrix of a support beyond `largest_local_gram` is spread over the team.
std::optional<SparseVector> polish(Design const& design, std::span<double const> b, double lambda,
                                   SparseVector const& guess,
                                   std::int64_t largest_local_gram = linalg::kLargestLocalMatrix);

}  // namespace thresher::prox
