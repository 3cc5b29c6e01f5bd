#pragma once

#include "experiments/mixed_quality_lasso/data/data.hpp"
#include "experiments/mixed_quality_lasso/estimators/analysis.hpp"
#include "experiments/mixed_quality_lasso/estimators/lasso_fits.hpp"

#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// The data of one trial, and what the analyses of its points share.
class Trial : public TrialData {
 public:
  /// `analyses` must outlive it. Collective.
  Trial(std::span<Parameters const> points, study::Team& team, AnalysisMaker const& analyses);

  AnalysisMaker const& analyses() const { return analyses_; }
  /// Collective.
  Analysis analysis(Parameters const& point, study::Team& team) const {
    return analyses_.make(data_set(), point, team);
  }
  /// Fit of a point with the estimator lasso. Columns that are not kept are made for all such points
  /// together, when the first one asks. Collective.
  LassoFit lasso_fit(Analysis const& analysis) const;

 private:
  AnalysisMaker const& analyses_;
  std::vector<Parameters> together_;
  mutable std::vector<LassoFit> fits_;  ///< of `together_`, or none yet
};

}  // namespace thresher::mixed_quality_lasso
