#pragma once

#include "experiments/partial_order/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::partial_order {

/// Refuses what cannot be computed or makes no sense, with what is allowed.
void refuse_invalid(Parameters const& point, study::Verdict& verdict);
/// Names what has no influence.
void name_inert(Parameters const& point, study::Verdict& verdict);
/// What a user should know of a valid point.
void warn_of(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::partial_order
