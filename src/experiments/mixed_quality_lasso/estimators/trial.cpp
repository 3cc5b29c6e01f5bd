#include "experiments/mixed_quality_lasso/estimators/trial.hpp"

#include <algorithm>
#include <iterator>

namespace thresher::mixed_quality_lasso {

Trial::Trial(std::span<Parameters const> points, study::Team& team, AnalysisMaker const& analyses)
    : TrialData(points, team), analyses_(analyses) {
  std::ranges::copy_if(points, std::back_inserter(together_), is_fitted_together);
}

LassoFit Trial::lasso_fit(Analysis const& analysis) const {
  if (analysis.point.solver == Solver::fista) return fit_by_fista(analysis);
  auto const found = std::ranges::find(together_, analysis.point);
  if (found == together_.end()) return fit_together({&analysis, 1}).front();
  if (fits_.empty()) {
    std::vector<Analysis> all;
    for (auto const& point : together_) all.push_back(this->analysis(point, analysis.team));
    fits_ = fit_together(all);
  }
  return fits_[static_cast<std::size_t>(found - together_.begin())];
}

}  // namespace thresher::mixed_quality_lasso
