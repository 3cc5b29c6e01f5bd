#pragma once

#include <span>

namespace thresher::implicit_regularization {

/// h <- max(h, 0), slope <- 1 where that is above 0, else 0.
void relu(std::span<double> h, std::span<double> slope);

/// h <- tanh(h), slope <- 1 - tanh^2, to a few units in the last place.
void hyperbolic_tangent(std::span<double> h, std::span<double> slope);

}  // namespace thresher::implicit_regularization
