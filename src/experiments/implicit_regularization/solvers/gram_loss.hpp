#pragma once

#include "experiments/implicit_regularization/solvers/loss_model.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"

#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Least squares of all rows by their moments: L = (theta^T S theta - 2 theta.X^T y/n + |y|^2/n) / 2. Rank 0
/// multiplies, the others are told. Rows and masks that it is given are ignored.
class GramLoss : public DescendedLoss {
 public:
  /// Collective: the moments of `rows`.
  GramLoss(mpi::Communicator const& comm, Rows const& rows);

  std::size_t size() const override { return moment_.size(); }
  double loss(std::span<double const> theta, Rows const& rows) override;
  double gradient(std::span<double const> theta, Rows const& rows, MaskDraw const* masks,
                  std::span<double> out) override;

 private:
  mpi::Communicator const& comm_;
  linalg::DenseMatrix gram_;  ///< on rank 0
  std::vector<double> moment_, product_;
  double mean_square_ = 0;
};

}  // namespace thresher::implicit_regularization
