#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"
#include "experiments/hierarchical_features/model/setting.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace thresher::hierarchical_features {

/// Reads the user's file once, whole: /data/x (or /data/features) and /data/y, optionally /data/x_test (or
/// /data/features_test) and /data/y_test. Throws UserError where something is missing, not finite or of
/// unlike lengths. Not collective.
UserFacts examine_user_file(study::InputReader const& input);

/// The user's rows: split over the folds by the trial's stream `split`, whitened as asked.
class UserRows {
 public:
  /// One rank computes the whitening from all rows (not those of the test). Collective.
  UserRows(Parameters const& point, study::Team& team);

  /// Rows [rows) of a fold as they lie in the file, whitened: row-major. Not collective.
  std::vector<double> rows(Fold fold, mpi::Range rows) const;
  std::vector<double> labels(Fold fold, mpi::Range rows) const;

 private:
  struct Place {
    std::string suffix;              ///< of the data sets
    std::vector<std::int64_t> rows;  ///< in the file
  };
  Place place(Fold fold, mpi::Range rows) const;
  std::vector<double> read(std::string const& name, std::span<std::int64_t const> rows,
                           std::int64_t columns) const;
  void learn_whitening(Whiten whiten);

  study::InputReader const& input_;
  UserFacts facts_;
  Sizes sizes_;
  std::string name_;
  std::vector<std::int64_t> order_;
  std::vector<double> mean_;      ///< empty: no whitening
  std::vector<double> scale_;     ///< diag
  std::vector<double> rotation_;  ///< full: symmetric, columns x columns
};

}  // namespace thresher::hierarchical_features
