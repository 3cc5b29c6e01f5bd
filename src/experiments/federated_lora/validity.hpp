#pragma once

#include "experiments/federated_lora/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::federated_lora {

/// What is refused before any compute, with what is allowed.
void refuse_invalid(Parameters const& point, study::Verdict& verdict);
/// Parameters that the module, kind or rule does not use.
void name_inert(Parameters const& point, study::Verdict& verdict);
/// Settings that are legal and rarely meant.
void warn_of_surprises(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::federated_lora
