#pragma once

#include "experiments/implicit_regularization/model/network_shape.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"

#include <cmath>
#include <cstdint>
#include <span>

namespace thresher::implicit_regularization {

/// Weights into unit `unit` of layer `layer` from its inputs first, first + 1, ...
inline void draw_incoming(StartDraw const& draw, NetworkShape const& shape, std::int64_t layer,
                          std::int64_t unit, std::int64_t first, std::span<double> out) {
  bool const is_relu = shape.activation == Activation::relu && layer < shape.hidden_layers();
  double const deviation =
      draw.scale * std::sqrt((is_relu ? 2.0 : 1.0) / static_cast<double>(shape.inputs(layer)));
  draw.stream.normals({draw.replicate, static_cast<std::uint64_t>(layer), static_cast<std::uint64_t>(unit)},
                      static_cast<std::uint64_t>(first), out);
  for (double& weight : out) weight *= deviation;
}

}  // namespace thresher::implicit_regularization
