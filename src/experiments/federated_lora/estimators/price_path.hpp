#pragma once

#include "experiments/federated_lora/estimators/solution.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "study/team.hpp"

namespace thresher::federated_lora {

/// The program over a range of prices, from half to twice the one in use: rank of the low-rank part, gap and
/// flags at each, where `path_points` and the artifacts ask for them. Shows the window. Throws
/// study::Interrupted. Collective.
void store_price_path(Solution const& solution, Parameters const& point, study::Team& team);

}  // namespace thresher::federated_lora
