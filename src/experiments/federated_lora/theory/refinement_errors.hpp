#pragma once

#include "experiments/federated_lora/model/parameters.hpp"

/// Errors of refined estimates, subspaces and scores in the Gaussian model at d1, K d2 -> infinity (exact at
/// any size where said). All scales are squared Frobenius norms per client.
namespace thresher::federated_lora {

/// Exact: with the true clean set and subspace.
double oracle_error(Parameters const& point);
/// With the true clean set and the subspace of its centred stack: error of a truncated SVD in the spiked
/// model.
double oracle_set_error(Parameters const& point);
/// Of adaptive refinement with the true clean set and subspace. sigma_t > 0.
double adaptive_oracle_error(Parameters const& point);
/// Exact: of the mean of all clients.
double average_error(Parameters const& point);
/// The heterogeneity at which `oracle_set_error` is that of local estimates. noise > 0.
double heterogeneity_crossover(Parameters const& point);

/// 1 - |U_hat^T U|^2 / r of the clean clients' stack, and of the whole one (kind collude without overlap).
double oracle_set_subspace_error(Parameters const& point);
double svd_subspace_error(Parameters const& point);
/// Strength s_i at which a direction begins to be seen in the clean stack.
double detectable_signal(Parameters const& point);

/// Root mean squares of the residual scores of benign and contaminated clients with the clean set known.
double benign_score(Parameters const& point);
double contaminated_score(Parameters const& point);

}  // namespace thresher::federated_lora
