#pragma once

#include "experiments/federated_lora/data/client_stack.hpp"
#include "linalg/dense_matrix.hpp"
#include "prox/singular_value_threshold.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

/// What is asked of a whole stack. Everything here is collective and the same on all ranks afterwards.
namespace thresher::federated_lora {

/// sum_k w_k M_k.
linalg::DenseMatrix weighted_sum(ClientStack const& stack, std::span<double const> weights);
/// Mean over the clients with a non-zero mark.
linalg::DenseMatrix mean_of(ClientStack const& stack, std::span<char const> marked);
linalg::DenseMatrix mean_of(ClientStack const& stack);

/// ||M_k - C||_F.
std::vector<double> distances(ClientStack const& stack, linalg::DenseMatrix const& centre);

/// How far the clients are from a centre, and from a subspace through it.
struct Residuals {
  std::vector<double> norms;         ///< ||M_k - C||_F
  std::vector<double> off_subspace;  ///< ||(I - U U^T)(M_k - C)||_F
};
Residuals residuals(ClientStack const& stack, linalg::DenseMatrix const& centre,
                    linalg::DenseMatrix const& frame);

/// A stack [w_k (M_k - C)] that is not stored; clients of weight 0 are left out. Views must outlive it.
struct WeightedStack {
  ClientStack const& stack;
  linalg::DenseMatrix const& centre;
  std::span<double const> weights;
};
/// Its Gram matrix (both triangles).
linalg::DenseMatrix gram(WeightedStack const& stack);
/// Its `count` leading left singular vectors with their values (threshold 0): by the Gram matrix where that
/// is small, else by products. Where the stack has a smaller rank the last vectors are arbitrary.
prox::ShrinkingFactor leading_left_vectors(WeightedStack const& stack, std::int64_t count);
/// Orders of Gram matrices that are small: above, products with panels are cheaper.
inline constexpr std::int64_t kLargestGram = 256;

/// Columns that are made at a time where a matrix is not stored.
std::int64_t columns_at_once(std::int64_t rows);
/// Shows this rank's columns of the weighted stack in blocks. Not collective.
void visit(WeightedStack const& stack, std::function<void(linalg::MatrixView)> const& visitor);

}  // namespace thresher::federated_lora
