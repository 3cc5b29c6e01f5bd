#include "prox/singular_value_threshold.hpp"

#include "linalg/owned_matrices.hpp"
#include "linalg/symmetric_eigenpairs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::prox {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

double ShrinkingFactor::nuclear_norm() const {
  double norm = 0;
  for (double const value : singular_values) norm += value - threshold;
  return norm;
}

DenseMatrix ShrinkingFactor::scaled() const {
  DenseMatrix result = vectors;
  for (std::int64_t k = 0; k < rank(); ++k) {
    double const kept = 1 - threshold / singular_values[static_cast<std::size_t>(k)];
    for (double& entry : result.column(k)) entry *= kept;
  }
  return result;
}

void ShrinkingFactor::apply(MatrixView columns) const {
  DenseMatrix coefficients(rank(), columns.columns);
  linalg::gemm(Transpose::yes, Transpose::no, 1, vectors.view(), columns, 0, coefficients.view());
  if (rank() == 0)
    for (std::int64_t j = 0; j < columns.columns; ++j) std::ranges::fill(columns.column(j), 0.0);
  else
    linalg::gemm(Transpose::no, Transpose::no, 1, scaled().view(), coefficients.view(), 0, columns);
}

void ShrinkingFactor::subtract(MatrixView columns) const {
  if (rank() == 0) return;
  DenseMatrix coefficients(rank(), columns.columns);
  linalg::gemm(Transpose::yes, Transpose::no, 1, vectors.view(), columns, 0, coefficients.view());
  linalg::gemm(Transpose::no, Transpose::no, -1, scaled().view(), coefficients.view(), 1, columns);
}

namespace {

ShrinkingFactor factor_of(linalg::SymmetricEigenpairs pairs, double threshold) {
  ShrinkingFactor factor{std::move(pairs.vectors), {}, threshold};
  for (double const value : pairs.values) factor.singular_values.push_back(std::sqrt(std::max(value, 0.0)));
  return factor;
}

/// What each owner has found, for all ranks.
void send_pairs(mpi::Communicator const& comm, std::span<linalg::SymmetricEigenpairs> pairs) {
  auto const owners = mpi::in_turn(comm, pairs.size());
  std::vector<std::vector<double>> values;
  std::vector<DenseMatrix*> vectors;
  for (auto& of_one : pairs) {
    values.push_back(std::move(of_one.values));
    vectors.push_back(&of_one.vectors);
  }
  mpi::send_from_owners(comm, owners, values);
  linalg::send_from_owners(comm, owners, vectors);
  for (std::size_t k = 0; k < pairs.size(); ++k) pairs[k].values = std::move(values[k]);
}

}  // namespace

std::vector<ShrinkingFactor> shrinking_factors(mpi::Communicator const& comm,
                                               std::span<MatrixView const> grams,
                                               std::span<double const> thresholds) {
  std::vector<linalg::SymmetricEigenpairs> pairs;
  for (auto const& gram : grams) pairs.push_back({{}, DenseMatrix(gram.rows, 0)});
  auto const owners = mpi::in_turn(comm, grams.size());
  mpi::agree(comm, [&] {
    std::vector<std::size_t> own;
    std::vector<MatrixView> matrices;
    std::vector<double> bounds;
    for (std::size_t k = 0; k < grams.size(); ++k) {
      if (owners[k] != comm.rank()) continue;
      own.push_back(k);
      matrices.push_back(grams[k]);
      bounds.push_back(thresholds[k] * thresholds[k]);
    }
    auto found = linalg::eigenpairs_above(linalg::Triangle::lower, matrices, bounds);
    for (std::size_t k = 0; k < own.size(); ++k) pairs[own[k]] = std::move(found[k]);
  });
  send_pairs(comm, pairs);
  std::vector<ShrinkingFactor> factors;
  for (std::size_t k = 0; k < grams.size(); ++k)
    factors.push_back(factor_of(std::move(pairs[k]), thresholds[k]));
  return factors;
}

ShrinkingFactor shrinking_factor(mpi::Communicator const& comm, MatrixView gram, double threshold) {
  return std::move(shrinking_factors(comm, {&gram, 1}, {&threshold, 1}).front());
}

ShrinkingFactor leading_factor(mpi::Communicator const& comm, MatrixView gram, std::int64_t count) {
  linalg::SymmetricEigenpairs pairs{{}, DenseMatrix(gram.rows, 0)};
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) pairs = linalg::largest_eigenpairs(linalg::Triangle::lower, gram, count);
  });
  send_pairs(comm, {&pairs, 1});
  return factor_of(std::move(pairs), 0);
}

}  // namespace thresher::prox
