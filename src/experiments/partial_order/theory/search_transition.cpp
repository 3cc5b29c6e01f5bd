#include "experiments/partial_order/theory/search_transition.hpp"

#include "experiments/partial_order/model/neighbours.hpp"
#include "experiments/partial_order/theory/rival_likelihood.hpp"
#include "numerics/normal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::partial_order {

SearchTransition::SearchTransition(PartialOrder const& order, SubsetLaw const& law, Noise const& noise) {
  PartialOrder rival_order = order;
  for (auto const& neighbour : neighbours(order)) {
    apply(neighbour, rival_order);
    auto const compared = compare_with_rival(law, FrontierWeights(rival_order, noise), neighbour.pair);
    undo(neighbour, rival_order);

    // The parabola through the lowest node (not an outermost one) and those beside it.
    auto const lowest = std::ranges::min_element(compared.overlap) - compared.overlap.begin();
    auto const middle = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(lowest, 1, kTiltNodes - 2));
    double const left = std::log(compared.overlap[middle - 1]);
    double const centre = std::log(compared.overlap[middle]);
    double const right = std::log(compared.overlap[middle + 1]);
    double const curvature = (left - 2 * centre + right) / (kTiltStep * kTiltStep);
    double const slope = (right - left) / (2 * kTiltStep);
    double const node = kTiltStep * (static_cast<double>(middle) + 1);
    rivals_.push_back({std::clamp(node - slope / curvature, 0.01, 0.99),
                       centre - slope * slope / (2 * curvature), curvature, compared.divergence});
  }
}

double SearchTransition::wins(Rival const& rival, double sequences) {
  double const t = rival.tilt - 1;
  double const w = -std::sqrt(std::max(-2 * sequences * rival.minimum, 1e-12));
  double const u = t * std::sqrt(sequences * rival.curvature);
  double const tail = numerics::normal_cdf(w) + numerics::normal_density(w) * (1 / w - 1 / u);
  return std::clamp(tail, 0.0, 1.0);
}

double SearchTransition::exact(std::int64_t sequences) const {
  double product = 1;
  for (auto const& rival : rivals_) product *= 1 - wins(rival, static_cast<double>(sequences));
  return product;
}

double SearchTransition::half_recovery() const {
  std::int64_t enough = 2;
  while (exact(enough) < 0.5) {
    enough *= 2;
    if (enough > std::int64_t{1} << 30) return std::numeric_limits<double>::infinity();
  }
  if (enough == 2) return 2;
  std::int64_t few = enough / 2;
  while (enough - few > 1) {
    auto const between = (few + enough) / 2;
    (exact(between) < 0.5 ? few : enough) = between;
  }
  return static_cast<double>(enough);
}

double SearchTransition::smallest_chernoff() const {
  double smallest = std::numeric_limits<double>::infinity();
  for (auto const& rival : rivals_) smallest = std::min(smallest, -rival.minimum);
  return smallest;
}

double SearchTransition::smallest_divergence() const {
  double smallest = std::numeric_limits<double>::infinity();
  for (auto const& rival : rivals_) smallest = std::min(smallest, rival.divergence);
  return smallest;
}

}  // namespace thresher::partial_order
