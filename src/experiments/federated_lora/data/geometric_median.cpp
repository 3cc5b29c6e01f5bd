#include "experiments/federated_lora/data/geometric_median.hpp"

#include "experiments/federated_lora/data/stack_passes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::federated_lora {

linalg::DenseMatrix geometric_median(ClientStack const& stack) {
  constexpr int kMostSweeps = 200;
  constexpr double kSmallestDistance = 1e-12;
  constexpr double kTolerance = 1e-8;
  auto centre = mean_of(stack);
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    auto weights = distances(stack, centre);
    double total = 0;
    for (double& weight : weights) total += weight = 1 / std::max(weight, kSmallestDistance);
    for (double& weight : weights) weight /= total;
    auto next = weighted_sum(stack, weights);
    double moved = 0, size = 0;
    for (std::size_t k = 0; k < next.values().size(); ++k) {
      double const step = next.values()[k] - centre.values()[k];
      moved += step * step;
      size += next.values()[k] * next.values()[k];
    }
    centre = std::move(next);
    // From sums that all ranks received, added alike on all of them; still one rank decides.
    if (mpi::broadcast_value(stack.communicator(), std::sqrt(moved) <= kTolerance * std::sqrt(size))) break;
  }
  return centre;
}

}  // namespace thresher::federated_lora
