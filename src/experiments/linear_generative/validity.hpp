#pragma once

#include "experiments/linear_generative/data/user_images.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "study/experiment.hpp"

#include <optional>
#include <string>

namespace thresher::linear_generative {

/// What is known of the data set in the user's file: its extents, or why it cannot be used.
struct InputReport {
  std::optional<InputExtents> extents;
  std::string problem;
};
/// Reads the whole data set once: an entry that is not finite is found before any compute. Not collective.
InputReport examine_input(study::InputReader const& input, std::string const& dataset);

/// Refuses invalid points. `input` is null without a user's file.
void refuse_invalid(Parameters const& point, InputReport const* input, study::Verdict& verdict);
/// Names the parameters that have no influence at a point.
void name_inert(Parameters const& point, study::Verdict& verdict);
/// Warns of settings that are legitimate and surprising.
void warn_of_surprises(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::linear_generative
