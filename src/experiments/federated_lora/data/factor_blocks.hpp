#pragma once

#include "experiments/federated_lora/data/client_stack.hpp"

#include <cstdint>

namespace thresher::federated_lora {

/// The stack [M_1 Q_1 ... M_K Q_K] of matrices of at most the given rank, Q_k an orthonormal basis (rank
/// columns) of the row space of M_k. Multiplying block k by Q_k Q_k^T from the right increases neither a
/// nuclear nor a Frobenius norm: without a common part the program has the same value, left factor and block
/// norms on it, at rank / d2 of the work. Whole clients only (at most as many ranks as clients). Collective.
ClientStack factor_blocks(ClientStack const& stack, std::int64_t rank);

}  // namespace thresher::federated_lora
