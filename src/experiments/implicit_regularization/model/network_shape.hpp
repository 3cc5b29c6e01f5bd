#pragma once

#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"

#include <cstdint>
#include <vector>

namespace thresher::implicit_regularization {

/// A fully connected network with one output. Its parameters are flattened in the order W_1 (row-major: one
/// row per unit), b_1, W_2, b_2, ...
struct NetworkShape {
  std::vector<std::int64_t> sizes;  ///< d, w_1, ..., w_D, 1
  Activation activation = Activation::relu;
  bool bias = true;

  /// Weight layers, D + 1.
  std::int64_t layers() const { return static_cast<std::int64_t>(sizes.size()) - 1; }
  std::int64_t hidden_layers() const { return layers() - 1; }
  /// Extents of layer l = 0..D.
  std::int64_t inputs(std::int64_t layer) const { return sizes[static_cast<std::size_t>(layer)]; }
  std::int64_t outputs(std::int64_t layer) const { return sizes[static_cast<std::size_t>(layer) + 1]; }
  std::int64_t weights(std::int64_t layer) const { return inputs(layer) * outputs(layer); }
  std::int64_t layer_size(std::int64_t layer) const { return weights(layer) + (bias ? outputs(layer) : 0); }
  /// Where the weights of a layer begin, and its biases.
  std::int64_t weights_at(std::int64_t layer) const {
    std::int64_t at = 0;
    for (std::int64_t l = 0; l < layer; ++l) at += layer_size(l);
    return at;
  }
  std::int64_t biases_at(std::int64_t layer) const { return weights_at(layer) + weights(layer); }
  std::int64_t parameters() const { return weights_at(layers()); }
  /// Units of the hidden layers before hidden layer l = 0..D-1.
  std::int64_t units_before(std::int64_t layer) const {
    std::int64_t units = 0;
    for (std::int64_t l = 0; l < layer; ++l) units += outputs(l);
    return units;
  }
};

/// The network of a point, or the user's; one layer for a linear model of the user's.
inline NetworkShape network_shape(Parameters const& point) {
  if (point.input != nullptr) return {point.input->layers, point.input->activation, point.input->has_biases};
  NetworkShape shape{{point.d}, point.activation, point.bias};
  for (std::int64_t l = 0; l < point.depth; ++l) shape.sizes.push_back(point.width);
  shape.sizes.push_back(1);
  return shape;
}

}  // namespace thresher::implicit_regularization
