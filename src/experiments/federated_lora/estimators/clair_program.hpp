#pragma once

#include "experiments/federated_lora/data/client_stack.hpp"
#include "experiments/federated_lora/estimators/block_price.hpp"
#include "linalg/dense_matrix.hpp"
#include "prox/singular_value_threshold.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace thresher::federated_lora {

/// min over C, L_k of ||[L_1 ... L_K]||_* + sum_k h(||M_k - C - L_k||_F): a low-rank stack plus blocks that
/// may be anything (outlier pursuit, Xu, Caramanis and Sanghavi 2012, with matrices for columns). At tau = 0
/// the residual blocks S_k are exact zeros or free.
struct ClairSettings {
  BlockPrice price;
  /// Whether C is free; else it is 0.
  enum class CommonPart { free, zero } common = CommonPart::free;
  double tolerance = 1e-6;  ///< of the relative residuals, and of the duality gap
  std::int64_t max_iterations = 2000;
  std::string prefix = "federated_lora_";  ///< of TAO's options
};

/// How a solve is cut and continued: called between iterations with this rank's state; may throw.
using SaveState = std::function<void(std::function<std::vector<std::byte>()> const& state)>;

struct ClairSolution {
  linalg::DenseMatrix common;       ///< C, whole on every rank
  prox::ShrinkingFactor low_rank;   ///< left factor of [L_k]: singular vectors, values before the threshold
  std::vector<double> block_norms;  ///< ||S_k||_F
  double objective = 0;             ///< the program's value at (C, L)
  double duality_gap = 0;           ///< (objective - dual value) / objective >= 0: the certificate
  std::int64_t iterations = 0;
  bool converged = false;

  /// Singular values of [L_k], descending.
  std::vector<double> singular_values() const;
};

/// Iterates of the solver for tests of optimality: this rank's blocks of L and of the multipliers Y.
struct ClairBlocks {
  linalg::DenseMatrix low_rank;
  linalg::DenseMatrix multipliers;
};

/// Solves the program by ADMM under TAO (blocks {C, L} and {M - C - L}; both minimised exactly). Holds one
/// stack beside the data. `kept` is the state that an earlier solve of the same program left, on all ranks or
/// on none. `blocks` may be null. Collective.
ClairSolution solve_clair(ClientStack const& stack, ClairSettings const& settings,
                          std::optional<std::span<std::byte const>> kept = std::nullopt,
                          SaveState const& save = {}, ClairBlocks* blocks = nullptr);

/// Solves the program at one lambda after the other, each from where the one before ended (`settings` gives
/// everything else), and shows every solution. Collective.
void solve_clair_path(ClientStack const& stack, ClairSettings settings, std::span<double const> lambdas,
                      std::function<void(ClairSolution const&)> const& visit);

}  // namespace thresher::federated_lora
