#include "experiments/mixed_quality_lasso/estimators/fitted_trial.hpp"

namespace thresher::mixed_quality_lasso {

FittedTrial::FittedTrial(std::span<Parameters const> points, study::Team& team) : TrialData(points, team) {
  if (user_data() != nullptr) return;
  for (auto const& point : points)
    if (!(point.iso_level > 0) && point.estimator == Estimator::lasso &&
        point.solver == Solver::working_set && point.storage == Storage::regenerate)
      together_.push_back(point);
}

LassoFit const* FittedTrial::kept_fit(Parameters const& point) const {
  for (std::size_t k = 0; k < fits_.size(); ++k)
    if (together_[k] == point) return &fits_[k];
  return nullptr;
}

}  // namespace thresher::mixed_quality_lasso
