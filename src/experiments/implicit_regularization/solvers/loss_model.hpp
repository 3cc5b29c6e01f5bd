#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "experiments/implicit_regularization/model/own_entries.hpp"
#include "experiments/implicit_regularization/solvers/mask_draw.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// What gradient descent must know of a loss L over rows, on a team.
///
/// A parameter vector is this rank's part of it, `size()` numbers: all of them on every rank, or those of the
/// rank's hidden units. Updates act entry by entry on it; what is summed over rows or units is summed in a
/// fixed order, so results have the same bits for every team. Calls that take rows are collective.
class DescendedLoss {
 public:
  virtual ~DescendedLoss() = default;

  virtual std::size_t size() const = 0;
  virtual double loss(std::span<double const> theta, Rows const& rows) = 0;
  /// L and its gradient (overwritten); with masks (or null) those of the masked model.
  virtual double gradient(std::span<double const> theta, Rows const& rows, MaskDraw const* masks,
                          std::span<double> out) = 0;
};

/// Where a network starts: W_l has normal entries of variance scale^2 g / fan_in (g = 2 for relu's hidden
/// layers, else 1), one draw per (replicate, layer, output, input); biases are 0.
struct StartDraw {
  random::Stream stream;
  std::uint64_t replicate = 0;
  double scale = 1;
};

/// A model, its mean loss L over rows, and the derivatives of both.
class LossModel : public DescendedLoss {
 public:
  /// The entries that this rank answers for when all ranks' entries are added up.
  virtual OwnEntries const& own() const = 0;
  virtual std::vector<double> own_part(std::span<double const> vector) const = 0;
  /// The vector whose own entries these are. Collective.
  virtual std::vector<double> from_own(std::span<double const> entries) const = 0;
  /// <a, b> over all entries. Collective; the same on all ranks.
  virtual double inner(std::span<double const> a, std::span<double const> b) const = 0;
  /// All entries, on every rank. Collective.
  virtual std::vector<double> whole(std::span<double const> vector) const = 0;
  /// This rank's part. Not collective.
  virtual std::vector<double> part(std::span<double const> whole) const = 0;

  /// theta_0 of this rank. Not collective.
  virtual std::vector<double> start(StartDraw const& draw) const = 0;
  /// Hessian of L times `v`.
  virtual void hessian_product(std::span<double const> theta, Rows const& rows, std::span<double const> v,
                               std::span<double> out) = 0;
  /// P = (1/2) mean_i ell''_i v_i with v_i the sum over dropped activations of (h df/dh)^2, and its gradient.
  virtual double dropout_penalty(std::span<double const> theta, Rows const& rows, std::span<double> out) = 0;
  /// Gradient of (1/2) sum_j kappa_j theta_j^2 with kappa frozen: the mean of ell'' h^2 of what the weight
  /// acts on; weights that act on inputs count for linear models only.
  virtual void activation_weighted_l2(std::span<double const> theta, Rows const& rows,
                                      std::span<double> out) = 0;
  /// Outputs on all rows, on every rank. Collective.
  virtual std::vector<double> outputs(std::span<double const> theta, Rows const& rows) = 0;

  /// (1/2) sum over input-output paths of the squared product of weights, and its gradient. Collective.
  virtual double path_penalty(std::span<double const> theta, std::span<double> out) const = 0;
  /// sum over hidden units of sqrt(|w|^2 + b^2 + smooth^2) - smooth, and its gradient. Collective.
  virtual double group_penalty(std::span<double const> theta, double smooth, std::span<double> out) const = 0;
};

}  // namespace thresher::implicit_regularization
