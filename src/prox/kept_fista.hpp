#pragma once

#include "prox/design.hpp"
#include "prox/fista_lasso.hpp"

namespace thresher::prox {

/// A FISTA solver that fits the design. It is kept with the design's communicator until that is freed, or
/// until another size is asked for, so that short solves do not pay for making one. Options prefix: "lasso_".
/// Collective.
FistaLasso& kept_fista(Design const& design);

}  // namespace thresher::prox
