#pragma once

#include "prox/design.hpp"

namespace thresher::prox {

/// Largest eigenvalue of A^T A/n from below, by `steps` Lanczos steps with A A^T (two passes over A each),
/// which for random matrices is within a few per cent after twenty. Collective; the same result on all ranks.
double largest_gram_eigenvalue(Design const& design, int steps);

}  // namespace thresher::prox
