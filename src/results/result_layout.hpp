#pragma once

#include "hdf5/object.hpp"
#include "study/study.hpp"

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace thresher::results {

using namespace study;

/// Shape of the per-trial data sets of a study: extents [axes..., trial] and chunks of about 16384 numbers.
class ResultLayout {
 public:
  explicit ResultLayout(Study const& study) : ResultLayout(study.grid(), study.trials()) {}
  /// `grid` must outlive this object.
  ResultLayout(Grid const& grid, std::int64_t trials);
  hdf5::Extents axes;         ///< one extent per axis
  hdf5::Extents per_trial;    ///< axes and trial
  hdf5::Extents trial_chunk;  ///< chunk of a per-trial data set
  std::size_t points;
  std::size_t trials;

  /// How many chunks the largest data set has when all trials have run.
  std::size_t most_chunks(Study const& study) const;
  /// Calls `visit` for boxes of points (with all their trials) that fill whole chunks. As a chunk holds the
  /// last axes whole, a box is `count` consecutive points from `first` on.
  void for_each_box(
      std::function<void(hdf5::Box const& box, std::uint32_t first, std::size_t count)> const& visit) const;

 private:
  Grid const& grid_;
};

/// Where `count` trials of a point, from trial `first` on, lie in the per-trial data sets of a file.
hdf5::Box box_of(Grid const& grid, std::size_t point, std::int64_t first, std::int64_t count);

/// Name of the group or data set of the file's own, beside metrics and parameters.
namespace names {
inline constexpr char const* kTrial = "trial";
inline constexpr char const* kStatus = "status";
inline constexpr char const* kSeconds = "trial_seconds";
inline constexpr char const* kTeamSize = "team_size";
inline constexpr char const* kSummary = "summary";
inline constexpr char const* kTheory = "theory";
inline constexpr char const* kFailures = "failures";
inline constexpr char const* kArtifacts = "artifacts";
inline constexpr char const* kTheoryStatus = "theory_status";
/// In the table of failures: its rows, the texts, these once more as letters, and the scale of the letters.
inline constexpr char const* kFailure = "failure";
inline constexpr char const* kReason = "reason";
inline constexpr char const* kReasonLetters = "reason_letters";
inline constexpr char const* kReasonLetter = "reason_letter";
inline constexpr char const* kSearch = "search";
inline constexpr char const* kSearchStep = "search_step";
inline constexpr char const* kTargetState = "target_state";
inline constexpr std::int64_t kFormat = 3;
/// Behind the name of a metric in /summary: mean, its standard error, median, number of finite values.
inline constexpr std::array kSummaryEndings{"_mean", "_se", "_median", "_count"};
/// Beside them: how many trials of a point came back, failed, did not converge.
inline constexpr char const* kTrialsRan = "trials_ran";
inline constexpr char const* kTrialsFailed = "trials_failed";
inline constexpr char const* kTrialsNotConverged = "trials_not_converged";
/// In /artifacts: the files in which large arrays lie, and a dimension that two artifacts give unlike
/// lengths.
inline constexpr char const* kFileEnding = "_file";
inline std::string own_dimension(std::string const& artifact, std::string const& dimension) {
  return artifact + "_" + dimension;
}
/// In the table of failures: positions along the axis named after `parameter`.
inline std::string index_along(std::string const& parameter) {
  return parameter + "_index";
}
}  // namespace names

/// Mean, standard error, median over the finite values (NaN where there are too few), and their number.
struct Summary {
  double mean = 0;
  double standard_error = 0;
  double median = 0;
  std::int64_t count = 0;
};
/// Of `values` in the order given.
Summary summarise(std::vector<double> values);

}  // namespace thresher::results
