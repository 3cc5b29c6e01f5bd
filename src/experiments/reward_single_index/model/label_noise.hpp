#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"
#include "numerics/quadrature.hpp"

namespace thresher::reward_single_index {

/// The law of the label noise by 41 weighted nodes (Gauss-Hermite, Gauss-Legendre for uniform noise); one
/// node at 0 without noise.
numerics::QuadratureRule noise_rule(Parameters const& point);

/// Distribution function of the noise at t. A width below 1e-3 counts as 1e-3, Gaussian.
double noise_cdf(Parameters const& point, double t);
/// Its density, up to a factor, and how far it reaches.
double noise_density(Parameters const& point, double t);
double noise_reach(Parameters const& point);
/// The noise's standard deviation, at least 1e-3.
double resolved_noise(Parameters const& point);

}  // namespace thresher::reward_single_index
