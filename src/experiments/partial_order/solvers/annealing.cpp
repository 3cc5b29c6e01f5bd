#include "experiments/partial_order/solvers/annealing.hpp"

#include "prox/minimise_smooth.hpp"

#include <utility>

namespace thresher::partial_order {

bool anneal(RelaxedPosterior& posterior, std::vector<double> const& temperatures, std::int64_t iterations,
            double tolerance, std::function<bool()> const& stopping, Annealing& annealing) {
  constexpr std::int64_t kPairs = 10;
  auto const stages = static_cast<std::int64_t>(temperatures.size());
  for (; annealing.stage < stages; ++annealing.stage) {
    if (iterations == 0) continue;
    double const tau = temperatures[static_cast<std::size_t>(annealing.stage)];
    auto const objective = [&](std::span<double const> x, std::span<double> gradient) {
      double const value = posterior(x, tau, gradient);
      for (double& entry : gradient) entry = -entry;
      return -value;
    };
    auto reached = prox::minimise_smooth(posterior.communicator(), annealing.position, objective,
                                         {.tolerance = tolerance,
                                          .max_iterations = iterations,
                                          .pairs = kPairs,
                                          .prefix = kAnnealingPrefix,
                                          .stopping = stopping});
    if (reached.stopped) return false;
    annealing.position = std::move(reached.x);
    annealing.evaluations += reached.evaluations;
  }
  return true;
}

}  // namespace thresher::partial_order
