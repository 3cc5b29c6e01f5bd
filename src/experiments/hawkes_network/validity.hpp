#pragma once

#include "experiments/hawkes_network/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::hawkes_network {

/// Refuses points that make no sense and names the parameters without influence. No compute.
void check_validity(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::hawkes_network
