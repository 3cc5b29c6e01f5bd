#pragma once

#include "experiments/linear_generative/model/parameters.hpp"

#include <functional>
#include <vector>

namespace thresher::linear_generative {

/// sigma_max (sigma_min / sigma_max)^(j / K), j = 0..K.
std::vector<double> noise_levels(Parameters const& point);

/// What the generated sample is of the seed noise: f with sample = f(C) z, for the models that are matrix
/// functions. `sqrt`: sqrt(x + ridge). `diffusion`: the Euler steps of the probability-flow ODE from
/// sigma_max z with the linear denoiser h = (x + ridge) / (x + ridge + sigma^2), which gradient flow stopped
/// at train_time shrinks by 1 - exp(-train_time (x + ridge + sigma^2)) (Merger and Goldt 2025, arXiv
/// 2505.24769).
std::function<double(double)> sampling_function(Parameters const& point);

}  // namespace thresher::linear_generative
