#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"
#include "numerics/stable_functions.hpp"

namespace thresher::implicit_regularization {

/// The loss of one row and its derivatives with respect to the model's output f. squared: (f - y)^2 / 2;
/// logistic: log(1 + e^f) - y f with y in {0, 1}.
struct LossTerms {
  double value, first, second, third;
};

inline LossTerms loss_terms(Loss loss, double f, double y) {
  if (loss == Loss::squared) return {(f - y) * (f - y) / 2, f - y, 1, 0};
  double const s = numerics::logistic(f);
  double const spread = s * numerics::logistic(-f);
  return {numerics::softplus(f) - y * f, s - y, spread, spread * (1 - 2 * s)};
}

}  // namespace thresher::implicit_regularization
