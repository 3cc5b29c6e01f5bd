#include "experiments/implicit_regularization/estimators/column_gradients.hpp"

#include "experiments/implicit_regularization/estimators/fits/profile.hpp"
#include "experiments/implicit_regularization/estimators/fits/stacked_factor.hpp"
#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/theory/diagonal_potential.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>

namespace thresher::implicit_regularization {

namespace {

double rounded_sign(double theta, double smooth) {
  if (smooth > 0) return std::clamp(theta / smooth, -1.0, 1.0);
  return theta > 0 ? 1 : theta < 0 ? -1 : 0;
}

std::vector<double> entrywise(std::vector<double> const& theta,
                              std::function<double(double)> const& gradient) {
  std::vector<double> values(theta.size());
  std::ranges::transform(theta, values.begin(), gradient);
  return values;
}

}  // namespace

ColumnGradient::ColumnGradient(Candidate candidate, DeviationBlock const& weights,
                               DeviationBlock const& observed, PenaltyShapes const& shapes) {
  switch (candidate) {
    case Candidate::l2:
      stored_ = weights.theta;
      break;
    case Candidate::l2_init:
      if (weights.start.size() != weights.theta.size()) throw std::logic_error("l2_init has no start");
      made_ = weights.theta;
      std::ranges::transform(made_, weights.start, made_.begin(), std::minus<>());
      break;
    case Candidate::l1:
      made_ = entrywise(weights.theta, [&](double theta) { return rounded_sign(theta, shapes.smooth); });
      break;
    case Candidate::power:
      made_ = entrywise(weights.theta, [&](double theta) {
        return PowerProfile::gradient(theta, shapes.power_eps, shapes.exponent);
      });
      break;
    case Candidate::hypentropy:
      made_ = entrywise(weights.theta, [&](double beta) { return hypentropy_gradient(beta, shapes.alpha); });
      break;
    default:
      stored_ = observed.column(candidate);
      if (stored_.size() != weights.theta.size())
        throw std::logic_error("no column was made for " + std::string(name_of(candidate)));
  }
}

ColumnFactor factor_of(std::span<DeviationBlock const> weights, std::span<DeviationBlock const> observed,
                       std::span<Candidate const> candidates, PenaltyShapes const& shapes,
                       EntryOrder const& order) {
  SpreadFactor factor(candidates.size(), order);
  for (std::size_t block = 0; block < weights.size(); ++block) {
    std::vector<ColumnGradient> gradients;
    gradients.reserve(candidates.size());
    for (auto const candidate : candidates)
      gradients.emplace_back(candidate, weights[block], observed[block], shapes);
    std::vector<std::span<double const>> columns;
    for (auto const& gradient : gradients) columns.push_back(gradient.values());
    factor.add(columns, observed[block].b);
  }
  return factor.factor();
}

}  // namespace thresher::implicit_regularization
