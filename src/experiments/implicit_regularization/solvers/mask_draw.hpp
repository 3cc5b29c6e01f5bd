#pragma once

#include "random/stream.hpp"

#include <cstdint>
#include <span>

namespace thresher::implicit_regularization {

/// The dropout masks of one pass over the rows: an entry is 0 with probability `rate`, else 1 / (1 - rate). A
/// pure function of replicate, pass (the update or the repeat), row and unit, so every rank draws what it
/// needs, whenever it needs it.
struct MaskDraw {
  random::Stream stream;
  std::uint64_t replicate = 0;
  std::uint64_t pass = 0;
  double rate = 0;

  /// out[k] = the entry of unit first + k (all hidden units counted through, or inputs) in row `row` of X.
  void draw(std::int64_t row, std::int64_t first, std::span<double> out) const {
    stream.uniforms({replicate, pass, static_cast<std::uint64_t>(row)}, static_cast<std::uint64_t>(first),
                    out);
    double const kept = 1 / (1 - rate);
    for (double& entry : out) entry = entry < rate ? 0 : kept;
  }
};

}  // namespace thresher::implicit_regularization
