#include "experiments/mixed_quality_lasso/estimators/maximum_likelihood.hpp"

#include "linalg/column_products.hpp"

namespace thresher::mixed_quality_lasso {

void MaximumLikelihood::check(Parameters const& point, study::Verdict& verdict) const {
  if (point.signal == Signal::signed_values)
    verdict.refuse("signal", "maximum likelihood (estimator = ml_exhaustive, ml_swap) needs signal = binary");
  Method::check(point, verdict);
}

void MaximumLikelihood::report(Analysis const& analysis, WeightedDesign const& design,
                               std::vector<std::int64_t> const& subset, double loss, Metrics& metrics) {
  analysis.measure_recovery({subset, std::vector<double>(subset.size(), analysis.point.rho)}, metrics);
  auto const noise = design.scaled(analysis.data.noise(analysis.setting));
  double const true_loss = linalg::inner_product(noise, noise);
  metrics.ml_excess = (true_loss - loss) / true_loss;
}

}  // namespace thresher::mixed_quality_lasso
