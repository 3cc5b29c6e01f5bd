#include "linalg/rayleigh_ritz.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace thresher::linalg {

namespace {
constexpr double kDependent = 1e-10;
}

Eigenpairs rayleigh_ritz(PanelOperator const& op, ConstMatrixView own_basis, std::int64_t count) {
  auto const& layout = op.layout();
  auto const width = own_basis.columns;
  DenseMatrix own_image(own_basis.rows, width);
  op.apply(own_basis, own_image.view());
  auto overlaps = cross_products(layout, own_basis, own_basis);
  auto forms = cross_products(layout, own_basis, own_image.view());

  // One rank solves the projected problem: unlike processors would find unlike coefficients.
  std::vector<double> values(static_cast<std::size_t>(count));
  DenseMatrix coefficients(width, count);
  std::int64_t found = 0;
  mpi::agree(layout.communicator(), [&] {
    if (layout.communicator().rank() != 0) return;
    MatrixView const overlap(overlaps.data(), width, width);
    std::vector<double> weights(static_cast<std::size_t>(width));
    syevd(Eigenvectors::wanted, Triangle::lower, overlap, weights);
    auto const first =
        std::ranges::find_if(weights, [&](double weight) { return weight > kDependent * weights.back(); });
    auto const begin = static_cast<std::int64_t>(first - weights.begin());
    auto const rank = width - begin;
    auto const whitening = overlap.block(0, begin, width, rank);
    for (std::int64_t j = 0; j < rank; ++j)
      for (double& entry : whitening.column(j))
        entry /= std::sqrt(weights[static_cast<std::size_t>(begin + j)]);
    DenseMatrix half(width, rank);
    DenseMatrix projected(rank, rank);
    gemm(Transpose::no, Transpose::no, 1, {forms.data(), width, width}, whitening, 0, half.view());
    gemm(Transpose::yes, Transpose::no, 1, whitening, half.view(), 0, projected.view());
    std::vector<double> ascending(static_cast<std::size_t>(rank));
    syevd(Eigenvectors::wanted, Triangle::lower, projected.view(), ascending);
    found = std::min(count, rank);
    for (std::int64_t j = 0; j < found; ++j) {
      values[static_cast<std::size_t>(j)] = ascending[static_cast<std::size_t>(rank - 1 - j)];
      gemv(Transpose::no, 1, whitening, projected.column(rank - 1 - j), 0, coefficients.column(j));
    }
  });
  auto const& comm = layout.communicator();
  found = mpi::broadcast_value(comm, found);
  mpi::broadcast(comm, std::span(values));
  mpi::broadcast(comm, coefficients.values());

  values.resize(static_cast<std::size_t>(found));
  Eigenpairs pairs{std::move(values), DenseMatrix(own_basis.rows, found)};
  gemm(Transpose::no, Transpose::no, 1, own_basis, coefficients.columns_from(0, found), 0,
       pairs.own_vectors.view());
  return pairs;
}

}  // namespace thresher::linalg
