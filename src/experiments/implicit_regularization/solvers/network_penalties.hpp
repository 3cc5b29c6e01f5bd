#pragma once

#include "experiments/implicit_regularization/model/network_shape.hpp"

#include <span>
#include <vector>

/// Penalties of the weights alone, on a network that this process holds.
namespace thresher::implicit_regularization {

/// up[l][k], l = 1..D+1: sum of squared products of weights over the paths from the inputs to unit k of layer
/// l (up[0] is 1 for every input); down[l][k] alike from that unit to the output.
struct PathSums {
  std::vector<std::vector<double>> up, down;
};
PathSums path_sums(NetworkShape const& shape, std::span<double const> theta);

/// Gradient of half the sum over all paths: W_l .* (down_l up_{l-1}^T), 0 for biases. Returns that half.
double path_gradient(NetworkShape const& shape, std::span<double const> theta, std::span<double> out);

/// Group penalty of the hidden units (weights and bias into each), rounded at 0, and its gradient.
double group_gradient(NetworkShape const& shape, std::span<double const> theta, double smooth,
                      std::span<double> out);

}  // namespace thresher::implicit_regularization
