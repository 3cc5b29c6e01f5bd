#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"

#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Penalties that are added to a loss, by their coefficients.
struct PenaltyTerms {
  double l1 = 0;  ///< sum_j h(theta_j), h(t) = t^2 / (2 smooth) within `smooth` of 0, else |t| - smooth / 2
  double l2 = 0;  ///< |theta|^2 / 2
  double group = 0;  ///< of the hidden units
  double path = 0;
  double dropout = 0;
  double smooth = 0.01;

  bool any() const { return l1 > 0 || l2 > 0 || group > 0 || path > 0 || dropout > 0; }
};

/// The explicit penalties of a point; none of another modification.
PenaltyTerms explicit_terms(Parameters const& point);

/// Adds the gradient of the penalties at theta to `gradient` and returns their value. Collective.
double add_penalties(PenaltyTerms const& terms, LossModel& model, std::span<double const> theta,
                     Rows const& rows, std::span<double> gradient);

}  // namespace thresher::implicit_regularization
