#pragma once

#include "experiments/partial_order/solvers/relaxed_posterior.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <functional>
#include <tuple>
#include <vector>

namespace thresher::partial_order {

/// Step sizes of a sampler during its warm-up (dual averaging, Hoffman and Gelman 2014): mu = log 0.5, gamma
/// 0.05, t0 10, kappa 0.75, from 0.05 on.
class StepSize {
 public:
  double step() const { return step_; }
  /// After an iteration of the warm-up that was accepted with probability `alpha`.
  void learn(double alpha, double target);
  /// The averaged step from now on, if anything was learnt.
  void freeze();

 private:
  double step_ = 0.05;
  double shortfall_ = 0;
  double average_log_ = 0;
  std::int64_t learnt_ = 0;

 public:
  static constexpr std::tuple members{&StepSize::step_, &StepSize::shortfall_, &StepSize::average_log_,
                                      &StepSize::learnt_};
};

/// Streams of trajectories; (chain, iteration) and the coordinate.
struct TrajectoryStreams {
  random::Stream momentum;
  random::Stream path;
  random::Stream accept;
};

/// Hamiltonian Monte Carlo (Neal 2011) with unit masses: leapfrog steps along the gradient of log pi_tau,
/// whose number is uniform on 1..2 leapfrog - 1. What is sampled may be another density (`target`): leapfrog
/// is reversible and keeps volume whatever drives it, so acceptance by the target leaves it invariant.
class Hamiltonian {
 public:
  /// log of the density at a position where the driving log pi_tau is `driving`.
  using Target = std::function<double(std::span<double const> position, double driving)>;

  /// What it is given must outlive it.
  Hamiltonian(RelaxedPosterior& posterior, double tau, std::int64_t leapfrog,
              TrajectoryStreams const& streams);

  /// Evaluates a position that is to be moved from, if that is not done already.
  void prepare(std::vector<double> const& position);
  bool is_prepared(std::vector<double> const& position) const { return position == here_; }
  /// One trajectory from `position`, which moves if it is accepted. Returns the probability of acceptance, 0
  /// where anything was not finite. Collective; rank 0 decides.
  double move(std::int64_t chain, std::int64_t iteration, double step, Target const& target,
              std::vector<double>& position);

 private:
  RelaxedPosterior& posterior_;
  double tau_;
  std::int64_t leapfrog_;
  TrajectoryStreams const& streams_;
  /// The position moved from, its value and gradient; empty at first.
  std::vector<double> here_;
  double here_driving_ = 0;
  std::vector<double> here_gradient_;
  std::vector<double> gradient_;
  std::vector<double> momentum_;
  std::vector<double> moved_;
};

}  // namespace thresher::partial_order
