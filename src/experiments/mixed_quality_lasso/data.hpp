#pragma once

#include "experiments/mixed_quality_lasso/data_set.hpp"
#include "experiments/mixed_quality_lasso/lasso_fits.hpp"
#include "experiments/mixed_quality_lasso/user_data.hpp"
#include "study/experiment.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// What the data stage makes of one trial for all points that it serves: its data set, the draws of the
/// points that trace lines of equal recovery, or the user's data.
class TrialData : public study::StageResult {
 public:
  /// Collective.
  TrialData(std::span<Parameters const> points, study::Team& team);

  /// The trial's own data set; there where a point asks for one.
  DataSet const& data_set() const { return *data_set_; }
  /// The data sets that a point with iso_level > 0 averages over: of `trial` those numbered trial iso_draws +
  /// d.
  std::vector<DataSet const*> draws(std::int64_t trial, Parameters const& point) const;
  UserData const* user_data() const { return user_data_ ? &*user_data_ : nullptr; }

  /// Points with the estimator lasso whose columns are not kept: they are fitted together, once.
  std::span<Parameters const> points_fitted_together() const { return together_; }
  /// Fit of such a point, or null before `keep_fits`. The fits are in the order of the points.
  LassoFit const* kept_fit(Parameters const& point) const;
  void keep_fits(std::vector<LassoFit> fits) const { fits_ = std::move(fits); }

 private:
  std::optional<UserData> user_data_;
  std::unique_ptr<DataSet> data_set_;
  std::map<std::int64_t, std::unique_ptr<DataSet>> draws_;
  std::vector<Parameters> together_;
  mutable std::vector<LassoFit> fits_;
};

}  // namespace thresher::mixed_quality_lasso
