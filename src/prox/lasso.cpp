#include "prox/lasso.hpp"

namespace thresher::prox {

double dual_scaling(GapTerms const& terms, double lambda) {
  return terms.largest_correlation > lambda ? lambda / terms.largest_correlation : 1.0;
}

double duality_gap(GapTerms const& terms, double lambda) {
  double const alpha = dual_scaling(terms, lambda);
  double const primal = terms.residual_sq_over_n / 2 + lambda * terms.l1_norm;
  double const dual = alpha * terms.data_residual_over_n - alpha * alpha * terms.residual_sq_over_n / 2;
  return primal - dual;
}

}  // namespace thresher::prox
