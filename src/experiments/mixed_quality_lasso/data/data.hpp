#pragma once

#include "experiments/mixed_quality_lasso/data/data_set.hpp"
#include "experiments/mixed_quality_lasso/data/user_data.hpp"
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

 private:
  std::optional<UserData> user_data_;
  std::unique_ptr<DataSet> data_set_;
  std::map<std::int64_t, std::unique_ptr<DataSet>> draws_;
};

}  // namespace thresher::mixed_quality_lasso
