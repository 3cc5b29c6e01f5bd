#pragma once

#include "experiments/hierarchical_features/theory/overlap_laws.hpp"

namespace thresher::hierarchical_features {

/// Error of kernel ridge regression with k(x, x') = exp(<x, x'> / d) on `rows` samples, over the variance of
/// the labels, with the best of the ridges that the estimator tries (degrees 2 and 4 carry the labels).
/// Spherical approximation: eigenvalues of the kernel on the sphere, and the deterministic equivalent of
/// ridge regression. Good to 0.05 for d >= 30, to 0.2 at d = 20.
double kernel_error(double d, double rows, LabelVariance const& labels, double noise_variance);

}  // namespace thresher::hierarchical_features
