#include "experiments/implicit_regularization/estimators/potential_scores.hpp"

#include "experiments/implicit_regularization/theory/diagonal_potential.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace thresher::implicit_regularization {

namespace {

/// |beta - beta*| / |beta*|. Collective.
double relative_error(Observed const& observed) {
  auto const& beta = observed.blocks.front().theta;
  auto const& truth = observed.facts.beta_true;
  std::vector<double> error(beta), wanted;
  for (auto const& piece : observed.entries.pieces)
    for (std::int64_t j = piece.first; j < piece.first + piece.count; ++j)
      wanted.push_back(truth[static_cast<std::size_t>(j)]);
  std::ranges::transform(error, wanted, error.begin(), std::minus<>());
  return std::sqrt(observed.order.inner(error, error) / observed.order.inner(wanted, wanted));
}

}  // namespace

void score_potential(Observed const& observed, Metrics& metrics) {
  auto const& point = observed.point;
  auto const& beta = observed.blocks.front().theta;
  std::vector<double> potential(beta.size());
  std::ranges::transform(beta, potential.begin(), [&](double each) {
    return kHypentropyCoefficient * hypentropy_gradient(each, point.alpha);
  });
  PowerProfile profile(point.power_eps, observed.order);
  profile.add(beta, potential);
  auto const fit = profile.fit(point.exponent_min, point.exponent_max, observed.sign());
  metrics.exponent_pred = fit.parameter;
  metrics.r2_power_pred = fit.best.r2;
  metrics.estimation_error = relative_error(observed);
}

}  // namespace thresher::implicit_regularization
