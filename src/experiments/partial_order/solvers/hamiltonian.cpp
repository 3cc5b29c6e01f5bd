#include "experiments/partial_order/solvers/hamiltonian.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::partial_order {

void StepSize::learn(double alpha, double target) {
  double const kCentre = std::log(0.5);
  constexpr double kGamma = 0.05;
  constexpr double kDelay = 10;
  constexpr double kKappa = 0.75;
  auto const t = static_cast<double>(++learnt_);
  shortfall_ = (1 - 1 / (t + kDelay)) * shortfall_ + (target - alpha) / (t + kDelay);
  double const log_step = kCentre - std::sqrt(t) / kGamma * shortfall_;
  double const weight = std::pow(t, -kKappa);
  average_log_ = weight * log_step + (1 - weight) * average_log_;
  step_ = std::exp(log_step);
}

void StepSize::freeze() {
  if (learnt_ > 0) step_ = std::exp(average_log_);
}

Hamiltonian::Hamiltonian(RelaxedPosterior& posterior, double tau, std::int64_t leapfrog,
                         TrajectoryStreams const& streams)
    : posterior_(posterior),
      tau_(tau),
      leapfrog_(leapfrog),
      streams_(streams),
      here_gradient_(posterior.size()),
      gradient_(posterior.size()),
      momentum_(posterior.size()),
      moved_(posterior.size()) {}

namespace {

double squared_norm(std::span<double const> x) {
  double sum = 0;
  for (double const entry : x) sum += entry * entry;
  return sum;
}

}  // namespace

void Hamiltonian::prepare(std::vector<double> const& position) {
  if (is_prepared(position)) return;
  here_driving_ = posterior_(position, tau_, here_gradient_);
  here_ = position;
}

double Hamiltonian::move(std::int64_t chain, std::int64_t iteration, double step, Target const& target,
                         std::vector<double>& position) {
  random::Row const row{static_cast<std::uint64_t>(chain), static_cast<std::uint64_t>(iteration)};
  streams_.momentum.normals(row, 0, momentum_);
  auto const most = 2 * leapfrog_ - 1;
  auto const steps = std::min(
      most,
      static_cast<std::int64_t>(std::floor(streams_.path.uniform(row, 0) * static_cast<double>(most))) + 1);
  prepare(position);
  moved_ = position;
  double driving = here_driving_;
  double const before = target(moved_, driving) - squared_norm(momentum_) / 2;
  for (std::size_t k = 0; k < moved_.size(); ++k) momentum_[k] += step / 2 * here_gradient_[k];
  for (std::int64_t s = 0; s < steps; ++s) {
    for (std::size_t k = 0; k < moved_.size(); ++k) moved_[k] += step * momentum_[k];
    driving = posterior_(moved_, tau_, gradient_);
    // A step too many at the end is taken back by half.
    double const kick = s + 1 < steps ? step : step / 2;
    for (std::size_t k = 0; k < moved_.size(); ++k) momentum_[k] += kick * gradient_[k];
  }
  double const after = target(moved_, driving) - squared_norm(momentum_) / 2;
  double const ratio = after - before;
  double alpha = std::isfinite(ratio) ? std::min(1.0, std::exp(ratio)) : 0.0;
  auto const& comm = posterior_.communicator();
  alpha = mpi::broadcast_value(comm, alpha);
  if (streams_.accept.uniform(row, 0) < alpha) {
    mpi::broadcast(comm, std::span<double>(moved_));
    position = moved_;
    here_ = moved_;
    here_driving_ = driving;
    here_gradient_ = gradient_;
  }
  return alpha;
}

}  // namespace thresher::partial_order
