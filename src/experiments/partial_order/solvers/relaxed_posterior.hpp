#pragma once

#include "experiments/partial_order/solvers/relaxed_likelihood.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// rho, beta and epsilon that a likelihood is evaluated at.
struct Hyper {
  double rho = 0.5;
  Noise noise;
};

/// log pi_tau of whitened latents Z (U = Z Sigma_rho^{1/2}, items x dimensions row-major) without its
/// constant: log p~ -
/// ||Z||^2 / 2. With learnt hyper-parameters, theta = (logit rho, log beta, logit epsilon) stand behind Z,
/// their priors are Beta(1, 1/6), Gamma(2, rate 2) and Beta(1, 9), and theta is clipped to [-12, 12].
class RelaxedPosterior {
 public:
  enum class Learns { latents, hyper_too };
  /// Sequences and communicator must outlive it. Collective.
  RelaxedPosterior(mpi::Communicator const& comm, Sequences const& training, Parameters const& point);

  /// Coordinates of a position: n K, and 3 where hyper-parameters are learnt.
  std::size_t size() const { return latent_count() + (learns_ == Learns::hyper_too ? 3 : 0); }
  std::size_t latent_count() const {
    return static_cast<std::size_t>(likelihood_.items() * likelihood_.dimensions());
  }
  std::int64_t items() const { return likelihood_.items(); }
  std::int64_t dimensions() const { return likelihood_.dimensions(); }
  mpi::Communicator const& communicator() const { return comm_; }

  /// Value and gradient at the same position on all ranks. Collective; the same bits on every team.
  double operator()(std::span<double const> position, double tau, std::span<double> gradient);
  std::int64_t evaluations() const { return evaluations_; }

  /// rho, beta and epsilon of a position, and its U.
  Hyper hyper(std::span<double const> position) const;
  Latents latents(std::span<double const> position) const;

 private:
  double add_hyper_prior(std::span<double const> theta, Hyper const& hyper, std::span<double> gradient) const;

  mpi::Communicator const& comm_;
  Learns learns_;
  Hyper fixed_;
  RelaxedLikelihood likelihood_;
  std::int64_t evaluations_ = 0;
};

}  // namespace thresher::partial_order
