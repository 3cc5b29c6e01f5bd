#pragma once

#include "experiments/federated_lora/estimators/methods.hpp"
#include "study/team.hpp"

#include <span>

namespace thresher::federated_lora {

/// What is known of each of the user's adapters, in the order of their names: shapes, prices, gaps, ranks and
/// scores; common parts and refined estimates row-major, one adapter after the other (adaptive ones where
/// all adapters come with errors). Collective.
void store_adapters(std::span<Evidence const> adapters, study::Team& team);

}  // namespace thresher::federated_lora
