#pragma once

#include "experiments/hierarchical_features/model/tensor_tiles.hpp"

#include <cstdint>
#include <span>

namespace thresher::hierarchical_features {

/// Samples side by side: coordinate k of sample s of a strip is strip[k * kStrip + s]. A multiple of every
/// register: strips that begin with a cache line (`numerics::AlignedVector`) are read without splitting one.
inline constexpr std::int64_t kStrip = 24;

/// values[s] = the polynomial with these coefficients and constant at sample s of a strip of d coordinates.
/// Each sample has its own order of additions: the bits depend neither on the others nor on the processor
/// (AVX2 and AVX-512 give the same). Not collective.
void polynomial_values(TensorTiles const& tiles, std::span<double const> coefficients, double constant,
                       double const* strip, double* values);

/// Strips one after the other in memory.
struct Strips {
  double const* first;
  std::int64_t count;
};

/// sums += sum over samples of weights times every monomial, in the places of `tiles`. `weights` has kStrip
/// entries a strip. Not collective.
void add_monomial_sums(TensorTiles const& tiles, Strips strips, double const* weights,
                       std::span<double> sums);

}  // namespace thresher::hierarchical_features
