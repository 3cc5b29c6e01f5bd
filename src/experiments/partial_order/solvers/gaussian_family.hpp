#pragma once

#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"
#include "numerics/adam.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

namespace thresher::partial_order {

enum class Covariance { full, diagonal };

/// Normal laws N(mu, L L^T) of positions, L lower triangular with diagonal exp(ls), that climb a stochastic
/// gradient by Adam. Rows are spread over the ranks; every number is computed by one rank in the same way for
/// every team. `comm` must outlive it.
class GaussianFamily {
 public:
  GaussianFamily(mpi::Communicator const& comm, std::size_t dimension, Covariance covariance);

  /// Begins at a mean, with L = 0.1 I.
  void start(std::span<double const> mean);
  /// position = mu + sign L noise, whole on all ranks. Collective.
  void draw(std::span<double const> noise, double sign, std::span<double> position) const;
  /// Takes in the gradient at the position that `draw` made of the same noise.
  void add(std::span<double const> noise, double sign, std::span<double const> gradient);
  /// One step of Adam along the mean of the gradients taken in since the last, over `draws`, and the
  /// entropy's; ls stays in [-10, 3].
  void ascend(std::int64_t draws, double rate);
  /// Sum of ls: the entropy is that and (D/2)(1 + log 2 pi). Collective; the same bits on every team.
  double log_scale() const;

  /// This rank's rows, to go on with another time.
  std::vector<double> const& parameters() const { return parameters_; }
  void set_parameters(std::vector<double> parameters) { parameters_ = std::move(parameters); }

  /// Bytes per rank.
  static double bytes(double dimension, Covariance covariance, int ranks);

 private:
  /// A row holds mu_i, ls_i, and in the full family L_i0 .. L_i,i-1.
  std::size_t row_size(std::size_t i) const { return covariance_ == Covariance::full ? 2 + i : 2; }

  mpi::Communicator const* comm_;
  std::size_t dimension_;
  Covariance covariance_;
  mpi::Range rows_;
  std::vector<double> parameters_;
  std::vector<double> gradient_;
  numerics::Adam adam_;

 public:
  static constexpr std::tuple members{&GaussianFamily::parameters_, &GaussianFamily::adam_};
};

}  // namespace thresher::partial_order
