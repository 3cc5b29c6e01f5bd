#pragma once

#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <vector>

/// The user's file: /clients/estimate [K, d1, d2], or /clients/factor_a [K, d1, l] and /clients/factor_b [K,
/// d2, l]; optional /base [d1, d2] (subtracted), /clients/noise [K] (Frobenius error of each estimate),
/// /clients/truth [K] (1: contaminated; for scoring only). Where the clients have estimated several matrices
/// (adapters of one network), /modules/<name> holds the estimates, noise and base of each, in shapes of its
/// own, for the same clients.
namespace thresher::federated_lora {

/// Reads all of it once. Throws study::UserError where something is missing, does not fit or is not finite.
OwnEstimates examine_estimates(study::InputReader const& input);

/// M_k less the base. Not collective.
void read_estimate(study::InputReader const& input, Adapter const& adapter, std::int64_t client,
                   linalg::MatrixView out);
/// The same of an adapter that is given as factors, without a base: left right^T, orthonormal columns on the
/// right. Not collective.
void read_factors(study::InputReader const& input, Adapter const& adapter, std::int64_t client,
                  linalg::MatrixView left, linalg::MatrixView right);
/// One mark per client; none is marked without /clients/truth. Not collective.
std::vector<char> read_truth(study::InputReader const& input, OwnEstimates const& about);

}  // namespace thresher::federated_lora
