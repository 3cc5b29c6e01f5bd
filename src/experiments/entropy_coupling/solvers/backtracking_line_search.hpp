#pragma once

#include <petsctao.h>

namespace thresher::entropy_coupling {

/// Gives a TAO solver the line search that Newton's method wants next to a minimum: full step first, halved
/// until the objective falls by Armijo's rule, and a step whose predicted decrease is below the objective's
/// rounding is taken as it is. (TAO's own searches fail there, one Newton step short of the gradient's
/// accuracy.)
void set_backtracking(TaoLineSearch line_search);

}  // namespace thresher::entropy_coupling
