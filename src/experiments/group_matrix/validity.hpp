#pragma once

#include "experiments/group_matrix/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::group_matrix {

/// What is refused before any compute, with what is allowed.
void refuse_invalid(Parameters const& point, study::Verdict& verdict);
/// Parameters that design and method do not use.
void name_inert(Parameters const& point, study::Verdict& verdict);
/// Rows and columns as the user's file has them.
void adopt_shape(Parameters& point);

}  // namespace thresher::group_matrix
