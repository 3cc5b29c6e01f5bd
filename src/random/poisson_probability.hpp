#pragma once

namespace thresher::random {

/// Logarithm of the probability of k = 0, 1, 2, ... under Poisson's law. Saddle-point form (Loader 2000) with
/// Stirling's series for k >= 16: where k is likely, the error stays below 1e-12 for every mean.
double log_poisson_probability(double k, double mean);

}  // namespace thresher::random
