#include "random/kernels.hpp"
#include "random/scalar_lanes.hpp"

#include <cstddef>
#include <cstdint>

namespace thresher::random {
namespace {

template <class Kind, class Real>
void fill(Substream substream, std::uint64_t first, std::size_t size, Real* out) {
  for (std::size_t k = 0; k < size; ++k) out[k] = static_cast<Real>(single_draw<Kind>(substream, first + k));
}

template <class Real>
void normal_columns(Substream const* rows, std::size_t row_count, std::uint64_t first, std::size_t columns,
                    Real* out, std::size_t leading) {
  for (std::size_t column = 0; column < columns; ++column) {
    for (std::size_t row = 0; row < row_count; ++row) {
      out[row + column * leading] = static_cast<Real>(single_draw<NormalDraw>(rows[row], first + column));
    }
  }
}

}  // namespace

constinit Kernels const scalar_kernels = {&fill<UniformDraw, double>, &fill<ExponentialDraw, double>,
                                          &fill<SignDraw, double>,    &fill<NormalDraw, double>,
                                          &fill<NormalDraw, float>,   &normal_columns<double>,
                                          &normal_columns<float>};

}  // namespace thresher::random
