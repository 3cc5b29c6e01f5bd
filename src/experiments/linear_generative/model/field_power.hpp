#pragma once

#include <cstdint>
#include <vector>

namespace thresher::linear_generative {

/// Power P(k) of the stationary part of `field` on the L x L torus (row-major over frequencies 0..L-1 in both
/// directions): max(1, |k|)^(-2 alpha) over integer frequencies of least absolute value, rescaled to mean 1.
std::vector<double> field_power(std::int64_t side, double alpha);

}  // namespace thresher::linear_generative
