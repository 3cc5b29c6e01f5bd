#pragma once

#include "experiments/implicit_regularization/model/network_shape.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"
#include "experiments/implicit_regularization/solvers/network_panel.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// A network with one hidden layer whose units are spread over the ranks: each holds whole blocks of them
/// (their rows of W_1, b_1 and W_2, in that order, and a copy of the output bias) and all rows of X. Only
/// what is summed over units travels: outputs and their derivatives, one number per row each.
class WideNetwork : public LossModel {
 public:
  WideNetwork(mpi::Communicator const& comm, NetworkShape const& shape, Loss loss);

  /// Hidden units of this rank, and the network that they make.
  mpi::Range own_units() const { return units_; }
  NetworkShape const& own_shape() const { return local_; }

  std::size_t size() const override { return static_cast<std::size_t>(local_.parameters()); }
  OwnEntries const& own() const override { return own_; }
  std::vector<double> own_part(std::span<double const> vector) const override;
  std::vector<double> from_own(std::span<double const> entries) const override;
  double inner(std::span<double const> a, std::span<double const> b) const override;
  std::vector<double> whole(std::span<double const> vector) const override;
  std::vector<double> part(std::span<double const> whole) const override;

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
  /// Blocks of this rank's units, counted from its first one.
  std::vector<mpi::Range> own_blocks() const;
  /// Outputs of `rows` (few enough for the panels) for all units, the output bias included; the panels of
  /// this rank's blocks are left for their derivatives. With `squares`, also sum of (h df/dh)^2 over units.
  void forward(std::span<double const> theta, Rows const& rows, MaskDraw const* masks,
               std::vector<double>* squares);
  /// Calls `work` with pieces of the rows that are small enough.
  void by_pieces(Rows const& rows, std::function<void(Rows const&)> const& work) const;
  /// Sum over all units' blocks of numbers per row: `add(block, panel, sums)`.
  void sum_over_units(std::span<double> sums,
                      std::function<void(mpi::Range, NetworkPanel&, std::span<double>)> const& add);
  /// The output bias, or a zero.
  double output_bias(std::span<double const> vector) const {
    return local_.bias ? vector[static_cast<std::size_t>(local_.biases_at(1))] : 0;
  }

  mpi::Communicator const& comm_;
  std::int64_t width_;
  Loss loss_;
  mpi::FixedOrderSum sum_;
  mpi::Range units_;
  NetworkShape local_;
  OwnEntries own_;
  std::vector<NetworkPanel> panels_;  ///< of the own blocks
  std::vector<double> f_, top_, tangent_top_;
};

}  // namespace thresher::implicit_regularization
