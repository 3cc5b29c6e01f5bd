#pragma once

#include "experiments/mixed_quality_lasso/estimators/method.hpp"

#include <cstdint>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Searches of the support, with coefficients rho on it, that minimises the weighted squared error.
class MaximumLikelihood : public Method {
 public:
  Described described() const override { return Described::as_maximum_likelihood; }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return recovery_metrics_and({&Metrics::ml_excess});
  }
  void check(Parameters const& point, study::Verdict& verdict) const override;

 protected:
  /// Measures the support that was found, with its loss.
  static void report(Analysis const& analysis, WeightedDesign const& design,
                     std::vector<std::int64_t> const& subset, double loss, Metrics& metrics);
};

}  // namespace thresher::mixed_quality_lasso
