#pragma once

#include "experiments/federated_lora/estimators/detection.hpp"
#include "experiments/federated_lora/estimators/methods.hpp"
#include "experiments/federated_lora/estimators/solution.hpp"
#include "study/team.hpp"

#include <span>
#include <vector>

/// Arrays that a trial leaves where they are asked for.
namespace thresher::federated_lora {

/// Singular values of the low-rank part and of the normalised stack.
void store_solution(Solution const& solution, study::Team& team);
/// Scores, flags, truth and the subspace (the largest entry of each column positive), those of several
/// matrices one below the other.
void store_recovery(Recoveries const& recoveries, std::span<char const> truth, study::Team& team);
/// Squared errors by method and client, NaN for contaminated ones.
void store_client_errors(std::span<double const> errors, std::span<MethodEntry const* const> asked,
                         std::span<char const> truth, study::Team& team);

/// Common part and refined estimates of clair for own data; adaptive ones where the clients report their
/// errors. Collective.
void store_refined(Evidence const& evidence, study::Team& team);

}  // namespace thresher::federated_lora
