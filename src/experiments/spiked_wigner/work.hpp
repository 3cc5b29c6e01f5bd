#pragma once

#include "experiments/spiked_wigner/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::spiked_wigner {

/// Cost of drawing the matrix, and of its leading eigenpair, on a team of `ranks`.
study::Cost data_cost(Parameters const& point, int ranks);
study::Cost spectrum_cost(Parameters const& point, int ranks);

}  // namespace thresher::spiked_wigner
