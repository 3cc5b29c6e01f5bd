#pragma once

#include "experiments/entropy_coupling/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::entropy_coupling {

/// Refuses points that make no sense, names the parameters without influence.
void check_validity(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::entropy_coupling
