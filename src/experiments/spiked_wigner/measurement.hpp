#pragma once

#include "experiments/spiked_wigner/data.hpp"
#include "experiments/spiked_wigner/metrics.hpp"
#include "study/experiment.hpp"

namespace thresher::spiked_wigner {

/// Finds the leading eigenpair and compares its vector with the signal. The metrics stay undefined where the
/// eigensolver does not converge. Collective.
study::Outcome measure_point(SpikedMatrix const& matrix, Parameters const& point, study::Team& team,
                             Metrics& metrics);

}  // namespace thresher::spiked_wigner
