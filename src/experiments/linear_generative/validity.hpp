#pragma once

#include "experiments/linear_generative/data/user_images.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "study/experiment.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace thresher::linear_generative {

/// What is known of the data set in the user's file: its extents, or why it cannot be used.
struct InputReport {
  std::optional<InputExtents> extents;
  std::string problem;
  static constexpr std::tuple members{&InputReport::extents, &InputReport::problem};
};
/// The same of the data sets that a study names.
struct InputReports {
  std::vector<std::string> datasets;
  std::vector<InputReport> reports;  ///< one per data set
  static constexpr std::tuple members{&InputReports::datasets, &InputReports::reports};
};
/// Reads each data set as a whole: an entry that is not finite is found before any compute. Not collective.
InputReports examine_input(study::InputReader const& input, study::Asked<Parameters> const& asked);
/// On the data set of the point; null without a user's file.
InputReport const* report_on_input(Parameters const& point);

/// Refuses invalid points.
void refuse_invalid(Parameters const& point, study::Verdict& verdict);
/// Names the parameters that have no influence at a point.
void name_inert(Parameters const& point, study::Verdict& verdict);
/// Warns of settings that are legitimate and surprising.
void warn_of_surprises(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::linear_generative
