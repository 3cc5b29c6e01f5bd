#pragma once

namespace thresher::random {

/// e^x for x <= 0, error below 1 unit in the last place, by the rules of elementary.hpp; 0 below -745.13.
double exponential_function(double x);

}  // namespace thresher::random
