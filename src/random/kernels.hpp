#pragma once

#include "random/substream.hpp"

#include <cstddef>
#include <cstdint>

namespace thresher::random {

/// The loops that draw many numbers, once per instruction set. Plain pointers: the AVX-512 file must not
/// instantiate anything of the standard library (see elementary.hpp).
struct Kernels {
  /// out[k] = element first + k of the substream, for k < size.
  template <class Real>
  using Fill = void (*)(Substream substream, std::uint64_t first, std::size_t size, Real* out);
  /// out[r + c * leading] = element first + c of rows[r], for r < row_count, c < columns.
  template <class Real>
  using FillColumns = void (*)(Substream const* rows, std::size_t row_count, std::uint64_t first,
                               std::size_t columns, Real* out, std::size_t leading);

  Fill<double> uniforms;
  Fill<double> exponentials;
  Fill<double> signs;
  Fill<double> normals;
  Fill<float> float_normals;
  FillColumns<double> normal_columns;
  FillColumns<float> float_normal_columns;
};

extern Kernels const avx512_kernels;
extern Kernels const avx2_kernels;
extern Kernels const scalar_kernels;

/// Those of the path in force (see vector_path()).
Kernels const& active_kernels();

}  // namespace thresher::random
