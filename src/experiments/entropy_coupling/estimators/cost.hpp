#pragma once

#include "experiments/entropy_coupling/model/parameters.hpp"

namespace thresher::entropy_coupling {

// What memory and operations are counted from.

/// Seconds of one core for a pass over one atom of a combinatorial step, as flops that take as long.
inline constexpr double kFlopsPerAtom = 60;

/// n as a real number.
double symbol_count(Parameters const& point);
/// Bytes of the laws.
double law_bytes(Parameters const& point);
/// Observations until nothing is left to be told, from the entropy of a typical observation.
double observations_needed(Parameters const& point);
/// Values of an observation between which a greedy step chooses.
double values_of_step(Parameters const& point);

}  // namespace thresher::entropy_coupling
