#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::hierarchical_features {

/// Refuses invalid points.
void refuse_invalid(Parameters const& point, study::Verdict& verdict);
/// Names the parameters that have no influence at a point.
void name_inert(Parameters const& point, study::Verdict& verdict);
void warn_of_surprises(Parameters const& point, study::Verdict& verdict);

}  // namespace thresher::hierarchical_features
