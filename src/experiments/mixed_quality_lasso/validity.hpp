#pragma once

#include "experiments/mixed_quality_lasso/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::mixed_quality_lasso {

/// Refuses points that make no sense and names the parameters without influence. No compute.
void check_validity(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::mixed_quality_lasso
