#pragma once

#include "experiments/federated_lora/data/client_stack.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "prox/singular_value_threshold.hpp"

#include <vector>

namespace thresher::federated_lora {

/// The stack of blocks of norm 1: [(M_k - C_0) / ||M_k - C_0||_F].
struct NormalisedStack {
  linalg::DenseMatrix centre;   ///< C_0: the geometric median, or zero without centering
  std::vector<double> weights;  ///< 1 / ||M_k - C_0||_F; 0 for a client at the centre
  prox::ShrinkingFactor leading;
};

/// With its `vectors` leading left singular vectors. Collective.
NormalisedStack normalise(ClientStack const& stack, linalg::DenseMatrix centre, std::int64_t vectors);

/// The price of a block. Rule `enter`: lambda_factor over the r-th singular value of the normalised stack (a
/// group of blocks leaves L = 0 when lambda exceeds one over the norm of its normalised stack); `rank`:
/// lambda_factor sqrt(r / K); `outlier_pursuit`: 3 / (7 sqrt(m)) (Xu et al. 2012); `fixed`: lambda_value.
double price(Parameters const& point, NormalisedStack const& normalised);

}  // namespace thresher::federated_lora
