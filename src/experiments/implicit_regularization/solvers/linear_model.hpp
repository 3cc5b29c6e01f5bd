#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/replicated_vectors.hpp"
#include "experiments/implicit_regularization/solvers/row_sums.hpp"
#include "linalg/dense_matrix.hpp"

#include <functional>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// f = theta.x, with rows over the ranks. Dropout masks act on the inputs.
class LinearModel : public ReplicatedVectors {
 public:
  LinearModel(mpi::Communicator const& comm, std::int64_t inputs, Loss loss);

  std::vector<double> start(StartDraw const& draw) const override;
  double loss(std::span<double const> theta, Rows const& rows) override;
  double gradient(std::span<double const> theta, Rows const& rows, MaskDraw const* masks,
                  std::span<double> out) override;
  void hessian_product(std::span<double const> theta, Rows const& rows, std::span<double const> v,
                       std::span<double> out) override;
  double dropout_penalty(std::span<double const> theta, Rows const& rows, std::span<double> out) override;
  void activation_weighted_l2(std::span<double const> theta, Rows const& rows,
                              std::span<double> out) override;
  std::vector<double> outputs(std::span<double const> theta, Rows const& rows) override;
  /// Linear models have neither paths nor units (std::logic_error).
  double path_penalty(std::span<double const> theta, std::span<double> out) const override;
  double group_penalty(std::span<double const> theta, double smooth, std::span<double> out) const override;

 private:
  /// Sum over the blocks of rows of what `work` adds to a vector of as many numbers as `out`, over the number
  /// of rows.
  void average(Rows const& rows, std::span<double> out,
               std::function<void(Rows const&, std::span<double>)> const& work);

  mpi::Communicator const& comm_;
  Loss loss_;
  RowSums sums_;
  std::vector<double> f_, rows_of_numbers_, sum_;
  linalg::DenseMatrix masked_;
};

}  // namespace thresher::implicit_regularization
