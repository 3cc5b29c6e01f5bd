#pragma once

#include <span>

namespace thresher::numerics {

/// x <- exp(x) for numbers of at most 0, to 2 units in the last place; 0 below -708. A loop without branches:
/// some six times as fast as a call of the library per number.
void exponentials_in_place(std::span<double> x);

}  // namespace thresher::numerics
