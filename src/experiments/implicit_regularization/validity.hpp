#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::implicit_regularization {

/// What is refused before any compute, with what is allowed.
void refuse_invalid(Parameters const& point, study::Verdict& verdict);
/// Parameters that nothing at the point reads.
void name_inert(Parameters const& point, study::Verdict& verdict);
/// What the user's file decides.
void adopt_snapshots(Parameters& point);

}  // namespace thresher::implicit_regularization
