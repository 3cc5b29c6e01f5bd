#pragma once

#include "experiments/implicit_regularization/model/network_shape.hpp"
#include "experiments/implicit_regularization/solvers/network_panel.hpp"
#include "experiments/implicit_regularization/solvers/replicated_vectors.hpp"
#include "experiments/implicit_regularization/solvers/row_sums.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// A network of any depth >= 1 whose weights every rank holds: rows over the ranks.
class DeepNetwork : public ReplicatedVectors {
 public:
  DeepNetwork(mpi::Communicator const& comm, NetworkShape shape, Loss loss);

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
  double path_penalty(std::span<double const> theta, std::span<double> out) const override;
  double group_penalty(std::span<double const> theta, double smooth, std::span<double> out) const override;

 private:
  /// `work` adds its rows' part to the gradient-like vector and returns its part of a scalar; both are then
  /// added up. Returns the scalar.
  double add_up(Rows const& rows, std::span<double> out,
                std::function<double(Rows const&, std::span<double>)> const& work);

  mpi::Communicator const& comm_;
  NetworkShape shape_;
  Loss loss_;
  RowSums sums_;
  NetworkPanel panel_;
  std::vector<std::int64_t> first_units_;
  std::vector<double> sum_, top_, tangent_top_;
};

/// Numbers of the first units of the hidden layers, counted through.
std::vector<std::int64_t> first_units(NetworkShape const& shape);
/// Sizes of the layers' parts of the parameter vector.
std::vector<std::int64_t> layer_sizes(NetworkShape const& shape);

}  // namespace thresher::implicit_regularization
