#pragma once

#include "experiments/hawkes_network/model/parameters.hpp"
#include "random/stream.hpp"

namespace thresher::hawkes_network {

/// Delay between an event and its child, in units of the mean delay 1/beta: exponential, uniform on [0, 2],
/// or Erlang of shape 2. Takes one draw, or two (Erlang), always as many for one kernel.
double draw_delay(Kernel kernel, random::Sequence& draws);

/// log E exp(theta delay) in the same units; infinity where it does not exist.
double log_delay_transform(Kernel kernel, double theta);

}  // namespace thresher::hawkes_network
