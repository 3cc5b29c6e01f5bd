#pragma once

#include "experiments/mixed_quality_lasso/data/user_data.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::mixed_quality_lasso {

/// Refuses points that make no sense and names the parameters without influence. No compute.
void check_validity(Parameters const& point, study::Verdict& verdict);
/// The same on the user's data.
void check_user_validity(Parameters const& point, UserShape const& shape, study::Verdict& verdict);

}  // namespace thresher::mixed_quality_lasso
