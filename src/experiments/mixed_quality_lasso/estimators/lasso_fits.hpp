#pragma once

#include "experiments/mixed_quality_lasso/estimators/analysis.hpp"
#include "prox/lasso.hpp"

#include <span>
#include <tuple>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// The LASSO of one point, both stages of it where the weights are those of the residuals.
struct LassoFit {
  prox::LassoSolution solution;         ///< of the last stage
  std::vector<double> weights;          ///< of the last stage
  double largest_null_correlation = 0;  ///< max over j outside the support of |A_j.r|/n
  double weight_ratio = 0;  ///< mean squared residual of low- over high-quality rows, two stages only
  double iterations = 0;    ///< of all stages
  double full_passes = 0;
  bool converged = true;
  /// What an interruption leaves, beside the state of the solver.
  static constexpr std::tuple members{&LassoFit::weights,    &LassoFit::weight_ratio,
                                      &LassoFit::iterations, &LassoFit::full_passes,
                                      &LassoFit::converged,  &LassoFit::largest_null_correlation};
};

/// Whether a point's fit shares its passes over the columns with others of the trial: columns are not kept.
bool is_fitted_together(Parameters const& point);

/// Fits points on one trial's data by working sets, in step: a pass over the columns serves all of them, so
/// that columns that are not kept are made once for all. A point's fit has the same bits whatever the
/// company. Collective.
std::vector<LassoFit> fit_together(std::span<Analysis const> analyses);

/// The same of one point by FISTA. Collective.
LassoFit fit_by_fista(Analysis const& analysis);

}  // namespace thresher::mixed_quality_lasso
