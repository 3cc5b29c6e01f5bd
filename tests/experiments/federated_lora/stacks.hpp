#pragma once

#include "experiments/federated_lora/data/client_stack.hpp"
#include "experiments/federated_lora/estimators/clair_program.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/orthonormal_frame.hpp"
#include "mpi/communicator.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

// Stacks that tests make themselves.

namespace thresher::federated_lora::testing {

using linalg::DenseMatrix;
using linalg::Transpose;

inline DenseMatrix gaussian(std::int64_t rows, std::int64_t columns, std::mt19937_64& generator) {
  std::normal_distribution<double> normal;
  DenseMatrix a(rows, columns);
  for (double& entry : a.values()) entry = normal(generator);
  return a;
}

inline DenseMatrix frame(std::int64_t rows, std::int64_t columns, std::mt19937_64& generator) {
  auto a = gaussian(rows, columns, generator);
  linalg::orthonormalize_columns(a.view());
  return a;
}

inline DenseMatrix product(DenseMatrix const& a, DenseMatrix const& b, Transpose of_a = Transpose::no,
                           Transpose of_b = Transpose::no) {
  DenseMatrix c(of_a == Transpose::no ? a.rows() : a.columns(),
                of_b == Transpose::no ? b.columns() : b.rows());
  linalg::gemm(of_a, of_b, 1, a.view(), b.view(), 0, c.view());
  return c;
}

inline mpi::Communicator const& alone() {
  static auto const comm = mpi::Communicator::self();
  return comm;
}

/// Each rank is given all blocks, and keeps its part.
inline ClientStack stack_of(mpi::Communicator const& comm, std::vector<DenseMatrix> const& blocks) {
  ClientStack stack(comm, static_cast<std::int64_t>(blocks.size()), blocks.front().rows(),
                    blocks.front().columns());
  for (auto const& piece : stack.pieces()) {
    auto const from = blocks[static_cast<std::size_t>(piece.client)].columns_from(piece.columns.begin,
                                                                                  piece.columns.size());
    std::copy_n(from.data, from.rows * from.columns, stack.at(piece).data);
  }
  return stack;
}

/// 8 blocks U O_k^T and 2 blocks 3 W O_k^T with orthonormal O_k (6 x 2), W orthogonal to U (12 x 2).
inline std::vector<DenseMatrix> flat_blocks() {
  std::mt19937_64 generator(5);
  auto const both = frame(12, 4, generator);
  std::vector<DenseMatrix> blocks;
  for (int k = 0; k < 10; ++k) {
    auto const o = frame(6, 2, generator);
    DenseMatrix block(12, 6);
    linalg::gemm(Transpose::no, Transpose::yes, k < 8 ? 1 : 3, both.columns_from(k < 8 ? 0 : 2, 2), o.view(),
                 0, block.view());
    blocks.push_back(block);
  }
  return blocks;
}

/// Benign blocks C + U V_k + noise and some colluding ones.
inline std::vector<DenseMatrix> noisy_blocks(int clients, int contaminated, double noise, unsigned seed) {
  std::mt19937_64 generator(seed);
  auto const both = frame(14, 4, generator);
  auto const common = gaussian(14, 7, generator);
  std::vector<DenseMatrix> blocks;
  for (int k = 0; k < clients; ++k) {
    DenseMatrix block = gaussian(14, 7, generator);
    for (std::size_t i = 0; i < block.values().size(); ++i)
      block.values()[i] = noise * block.values()[i] + 0.3 * common.values()[i];
    auto const v = gaussian(2, 7, generator);
    linalg::gemm(Transpose::no, Transpose::no, k < contaminated ? 2 : 1,
                 both.columns_from(k < contaminated ? 2 : 0, 2), v.view(), 1, block.view());
    blocks.push_back(block);
  }
  return blocks;
}

inline double norm(linalg::ConstMatrixView a) {
  double sum = 0;
  for (std::int64_t j = 0; j < a.columns; ++j)
    for (double const entry : a.column(j)) sum += entry * entry;
  return std::sqrt(sum);
}

inline double distance(DenseMatrix const& a, DenseMatrix const& b) {
  DenseMatrix difference = a;
  for (std::size_t k = 0; k < b.values().size(); ++k) difference.values()[k] -= b.values()[k];
  return norm(difference.view());
}

}  // namespace thresher::federated_lora::testing
