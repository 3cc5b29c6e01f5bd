#pragma once

#include "experiments/federated_lora/data/client_stack.hpp"
#include "linalg/dense_matrix.hpp"

namespace thresher::federated_lora {

/// The matrix with the least sum of Frobenius distances to the clients' (Weiszfeld's iteration from the mean,
/// until it moves by 1e-8 of its norm or 200 sweeps are done). Collective.
linalg::DenseMatrix geometric_median(ClientStack const& stack);

}  // namespace thresher::federated_lora
