#include "experiments/federated_lora/estimators/clair_iteration.hpp"

#include <algorithm>
#include <cmath>

// What a solve reached: solution, certificate, blocks.

namespace thresher::federated_lora {

using linalg::DenseMatrix;
using linalg::MatrixView;

MatrixView ClairIteration::centred_multipliers(Chunk const& chunk, double penalty,
                                               DenseMatrix const& centre) {
  MatrixView const x = x_.columns_from(0, chunk.columns);
  for (std::size_t k = chunk.begin; k < chunk.end; ++k) {
    auto const& piece = stack_.pieces()[k];
    double const factor = penalty * y_[static_cast<std::size_t>(piece.client)];
    double const* const a = a_.column(piece.at).data();
    double const* const c = centre.column(piece.columns.begin).data();
    double* const to = x.column(piece.at - chunk.at).data();
    std::int64_t const size = stack_.rows() * piece.columns.size();
    for (std::int64_t i = 0; i < size; ++i) to[i] = factor * a[i] - c[i];
  }
  return x;
}

void ClairIteration::finish(double penalty, ClairSolution& solution) {
  auto const clients = f_.size();
  double const lambda = settings_.price.lambda;
  double const tau = settings_.price.tau;
  bool const free = settings_.common == ClairSettings::CommonPart::free;
  solution.common = common_;
  solution.low_rank = low_rank_;
  solution.objective = low_rank_.nuclear_norm();
  solution.block_norms.resize(clients);
  for (std::size_t k = 0; k < clients; ++k) {
    solution.objective += settings_.price.value(violation_[k]);
    solution.block_norms[k] =
        tau == 0 ? f_[k] * std::sqrt(squares_[k]) : std::max(0.0, violation_[k] - lambda * tau);
  }

  DenseMatrix centre(stack_.rows(), stack_.columns());
  if (free) {
    for (auto const& piece : stack_.pieces()) {
      double const weight =
          penalty * y_[static_cast<std::size_t>(piece.client)] / static_cast<double>(clients);
      auto const from = a_.columns_from(piece.at, piece.columns.size());
      double* const to = centre.column(piece.columns.begin).data();
      std::int64_t const size = from.rows * from.columns;
      for (std::int64_t i = 0; i < size; ++i) to[i] += weight * from.data[i];
    }
    mpi::sum_in_place(stack_.communicator(), centre.values());
  }
  std::vector<double> sums(2 * clients);  // ||Y_k||^2, <Y_k, M_k - mean>
  for (auto const& chunk : chunks_) {
    MatrixView const y = centred_multipliers(chunk, penalty, centre);
    for (std::size_t k = chunk.begin; k < chunk.end; ++k) {
      auto const& piece = stack_.pieces()[k];
      double const* const from = y.column(piece.at - chunk.at).data();
      double const* const m = stack_.at(piece).data;
      double const* const mean = mean_.column(piece.columns.begin).data();
      std::int64_t const size = stack_.rows() * piece.columns.size();
      double* const to = &sums[2 * static_cast<std::size_t>(piece.client)];
      for (std::int64_t i = 0; i < size; ++i) {
        to[0] += from[i] * from[i];
        to[1] += from[i] * (m[i] - mean[i]);
      }
    }
  }
  mpi::sum_in_place(stack_.communicator(), sums);
  double square = 0, product = 0, excess = 1;
  for (std::size_t k = 0; k < clients; ++k) {
    square += sums[2 * k];
    product += sums[2 * k + 1];
    excess = std::max(excess, std::sqrt(sums[2 * k]) / lambda);
  }
  auto const beyond =
      above(1, [&](Chunk const& chunk) { return centred_multipliers(chunk, penalty, centre); });
  if (beyond.rank() > 0) excess = std::max(excess, beyond.singular_values.front());
  double const dual = product / excess - tau / 2 * square / (excess * excess);
  solution.duality_gap = std::max(0.0, (solution.objective - dual) / solution.objective);
}

void ClairIteration::copy_blocks(double penalty, ClairBlocks& blocks) {
  // L_k = M_k - C - (M_k - C - L_k), of which the last is A_k+ - y_k A_k: A_k is gone, so L is made from Y
  // and R.
  blocks.low_rank = DenseMatrix(stack_.rows(), a_.columns());
  blocks.multipliers = DenseMatrix(stack_.rows(), a_.columns());
  for (auto const& piece : stack_.pieces()) {
    double const f = f_[static_cast<std::size_t>(piece.client)];
    for (std::int64_t j = 0; j < piece.columns.size(); ++j)
      for (std::int64_t i = 0; i < stack_.rows(); ++i) {
        double const a = a_(i, piece.at + j);
        blocks.multipliers(i, piece.at + j) = penalty * y_[static_cast<std::size_t>(piece.client)] * a;
        blocks.low_rank(i, piece.at + j) =
            stack_.at(piece)(i, j) - common_(i, piece.columns.begin + j) - f * a;
      }
  }
}

}  // namespace thresher::federated_lora
