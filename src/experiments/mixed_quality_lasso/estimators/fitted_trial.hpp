#pragma once

#include "experiments/mixed_quality_lasso/data/data.hpp"
#include "experiments/mixed_quality_lasso/estimators/lasso_fits.hpp"

#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// The data of one trial with the fits that its points share.
class FittedTrial : public TrialData {
 public:
  /// Collective.
  FittedTrial(std::span<Parameters const> points, study::Team& team);

  /// Points with the estimator lasso whose columns are not kept: they are fitted together, once.
  std::span<Parameters const> points_fitted_together() const { return together_; }
  /// Fit of such a point, or null before `keep_fits`. The fits are in the order of the points.
  LassoFit const* kept_fit(Parameters const& point) const;
  void keep_fits(std::vector<LassoFit> fits) const { fits_ = std::move(fits); }

 private:
  std::vector<Parameters> together_;
  mutable std::vector<LassoFit> fits_;
};

}  // namespace thresher::mixed_quality_lasso
