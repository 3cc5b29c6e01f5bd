#pragma once

#include "study/experiment.hpp"

namespace thresher::study {

/// Seconds that work takes on one core: nominal values, the same on every machine, until the engine measures
/// its own.
struct Rates {
  double seconds_per_normal = 4e-9;
  double seconds_per_flop = 1.0e-10;
  double seconds_per_byte = 1.5e-10;
  double seconds(Cost const& cost) const {
    return cost.normals * seconds_per_normal + cost.flops * seconds_per_flop +
           cost.bytes_streamed * seconds_per_byte;
  }
};

}  // namespace thresher::study
