#include "experiments/hierarchical_features/estimators/subspace_metrics.hpp"

#include <algorithm>

namespace thresher::hierarchical_features {

namespace {

double squared_norm(linalg::DenseMatrix const& matrix) {
  double sum = 0;
  for (double const value : matrix.values()) sum += value * value;
  return sum;
}

/// The fold's matrix on rank 0, its columns made orthonormal (as many as it has rows).
linalg::DenseMatrix orthonormal_basis(linalg::RowLayout const& layout, linalg::ConstMatrixView own) {
  bool const here = layout.communicator().rank() == 0;
  linalg::DenseMatrix whole(here ? layout.rows() : 0, own.columns);
  linalg::gather_rows_to(layout, 0, own, whole.view());
  if (!here) return whole;
  auto const columns = std::min(whole.rows(), whole.columns());
  std::vector<double> tau(static_cast<std::size_t>(columns));
  linalg::geqrf(whole.view(), tau);
  linalg::orgqr(whole.columns_from(0, columns), tau);
  linalg::DenseMatrix basis(whole.rows(), columns);
  for (std::int64_t j = 0; j < columns; ++j) std::ranges::copy(whole.column(j), basis.column(j).begin());
  return basis;
}

}  // namespace

SubspaceMetrics subspace_metrics(linalg::RowLayout const& layout, Truth const& truth,
                                 LearnedForm const& form) {
  auto const& a = truth.own_directions;
  auto const& lambda = truth.strengths;
  auto const hidden = a.columns();
  auto const learned = form.own_directions.columns();
  auto const w = linalg::cross_products(layout, a.view(), form.own_directions.view());
  auto const gram = linalg::cross_products(layout, a.view(), a.view());
  SubspaceMetrics metrics;
  linalg::DenseMatrix weighted(hidden, learned);
  for (std::int64_t k = 0; k < hidden; ++k) {
    double square = 0;
    for (std::int64_t j = 0; j < learned; ++j) {
      double const entry = w[static_cast<std::size_t>(k + j * hidden)];
      square += entry * entry;
      weighted(k, j) = lambda[static_cast<std::size_t>(k)] * entry;
    }
    metrics.cosines.push_back(std::min(1.0, square / gram[static_cast<std::size_t>(k * (hidden + 1))]));
  }
  double target = 0;
  for (std::int64_t l = 0; l < hidden; ++l)
    for (std::int64_t k = 0; k < hidden; ++k) {
      double const product = gram[static_cast<std::size_t>(k + l * hidden)];
      target += lambda[static_cast<std::size_t>(k)] * lambda[static_cast<std::size_t>(l)] * product * product;
    }
  linalg::DenseMatrix projected(learned, learned);
  linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, {w.data(), hidden, learned}, weighted.view(),
               0, projected.view());
  metrics.mse_projection = std::max(0.0, target - squared_norm(projected));
  for (std::size_t k = 0; k < projected.values().size(); ++k)
    projected.values()[k] -= form.coefficients.values()[k];
  metrics.coefficient_error = squared_norm(projected);
  return metrics;
}

double feature_overlap(mpi::Communicator const& comm, std::int64_t rows, linalg::ConstMatrixView own_true,
                       linalg::ConstMatrixView own_learned) {
  linalg::RowLayout const layout(comm, rows);
  auto const q = orthonormal_basis(layout, own_true);
  auto const learned = orthonormal_basis(layout, own_learned);
  if (comm.rank() != 0) return 0;
  linalg::DenseMatrix products(q.columns(), learned.columns());
  linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1, q.view(), learned.view(), 0,
               products.view());
  return std::min(1.0, squared_norm(products) / static_cast<double>(own_true.columns));
}

}  // namespace thresher::hierarchical_features
