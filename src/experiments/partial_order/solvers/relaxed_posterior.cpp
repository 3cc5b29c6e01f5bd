#include "experiments/partial_order/solvers/relaxed_posterior.hpp"

#include "numerics/stable_functions.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::partial_order {

namespace {

constexpr double kWidestTheta = 12;

double clipped(double theta) {
  return std::clamp(theta, -kWidestTheta, kWidestTheta);
}

}  // namespace

RelaxedPosterior::RelaxedPosterior(mpi::Communicator const& comm, Sequences const& training,
                                   Parameters const& point)
    : comm_(comm),
      learns_(point.infer_hyper ? Learns::hyper_too : Learns::latents),
      fixed_{point.rho, fit_noise(point)},
      likelihood_(comm, training, point.n_items, point.latent_dim, point.dominance,
                  point.infer_hyper ? Slopes::by_noise_too : Slopes::by_latents) {}

Hyper RelaxedPosterior::hyper(std::span<double const> position) const {
  if (learns_ == Learns::latents) return fixed_;
  auto const theta = position.subspan(latent_count());
  return {numerics::logistic(clipped(theta[0])),
          {std::exp(clipped(theta[1])), numerics::logistic(clipped(theta[2]))}};
}

Latents RelaxedPosterior::latents(std::span<double const> position) const {
  return coloured(position.first(latent_count()), dimensions(), hyper(position).rho);
}

double RelaxedPosterior::add_hyper_prior(std::span<double const> theta, Hyper const& hyper,
                                         std::span<double> gradient) const {
  auto const [rho, noise] = hyper;
  auto const [beta, epsilon] = noise;
  // log rho + log(1 - rho)/6 by logit rho, 2 log beta - 2 beta by log beta, log epsilon + 9 log(1 - epsilon)
  // by logit epsilon.
  gradient[0] += (1 - rho) - rho / 6;
  gradient[1] += 2 - 2 * beta;
  gradient[2] += (1 - epsilon) - 9 * epsilon;
  for (std::size_t k = 0; k < 3; ++k)
    if (theta[k] != clipped(theta[k])) gradient[k] = 0;
  return -numerics::softplus(-clipped(theta[0])) - numerics::softplus(clipped(theta[0])) / 6 +
         2 * clipped(theta[1]) - 2 * beta - numerics::softplus(-clipped(theta[2])) -
         9 * numerics::softplus(clipped(theta[2]));
}

double RelaxedPosterior::operator()(std::span<double const> position, double tau,
                                    std::span<double> gradient) {
  ++evaluations_;
  auto const count = latent_count();
  auto const z = position.first(count);
  auto const by_z = gradient.first(count);
  auto const at = hyper(position);
  auto const sums = likelihood_(coloured(z, dimensions(), at.rho), tau, at.noise, by_z);
  double value = sums.value;
  if (learns_ == Learns::hyper_too) {
    // dU/drho = Z dSigma^{1/2}/drho.
    auto const k = static_cast<std::size_t>(dimensions());
    auto const dimension = static_cast<double>(k);
    double const own = -0.5 / std::sqrt(1 - at.rho);
    double const shared =
        (0.5 * (dimension - 1) / std::sqrt(1 - at.rho + dimension * at.rho) - own) / dimension;
    double by_rho = 0;
    for (std::size_t row = 0; row < count; row += k) {
      double sum = 0;
      for (std::size_t c = 0; c < k; ++c) sum += z[row + c];
      for (std::size_t c = 0; c < k; ++c) by_rho += by_z[row + c] * (own * z[row + c] + shared * sum);
    }
    auto const by_theta = gradient.subspan(count);
    by_theta[0] = by_rho * at.rho * (1 - at.rho);
    by_theta[1] = sums.by_beta * at.noise.beta;
    by_theta[2] = sums.by_epsilon * at.noise.epsilon * (1 - at.noise.epsilon);
    value += add_hyper_prior(position.subspan(count), at, by_theta);
  }
  multiply_by_root(by_z, dimensions(), at.rho, by_z);
  double norm = 0;
  for (std::size_t c = 0; c < count; ++c) {
    norm += z[c] * z[c];
    by_z[c] -= z[c];
  }
  return value - norm / 2;
}

}  // namespace thresher::partial_order
