#include "experiments/implicit_regularization/solvers/activations.hpp"

#include "numerics/vector_math.hpp"

#include <algorithm>
#include <cstddef>

namespace thresher::implicit_regularization {

namespace {

/// Below this the series has more digits than the exponential.
constexpr double kSmall = 0.03;

/// h <- tanh h, slope <- 1 / cosh^2 h.
template <class Lanes>
[[gnu::always_inline]] inline void tangent_at(double* h, double* slope) {
  using Reals = typename Lanes::Reals;
  Reals x;
  numerics::load<Lanes>(x, h);
  Reals const size = x < 0 ? -x : x;
  Reals e = -2 * size;
  numerics::exponentiate<Lanes>(e);
  Reals const q = 1 / (1 + e);
  Reals const s = x * x;
  Reals const near = x * (1 + s * (-1.0 / 3 + s * (2.0 / 15 + s * (-17.0 / 315 + s * (62.0 / 2835)))));
  Reals const far = (1 - e) * q;
  numerics::store<Lanes>(h, size < kSmall ? near : x < 0 ? -far : far);
  numerics::store<Lanes>(slope, 4 * e * q * q);
}

template <class Lanes>
[[gnu::always_inline]] inline void tangents(std::span<double> h, std::span<double> slope) {
  constexpr auto kLanes = Lanes::kLanes;
  std::size_t const whole = h.size() / kLanes * kLanes;
  for (std::size_t k = 0; k < whole; k += kLanes) tangent_at<Lanes>(h.data() + k, slope.data() + k);
  double rest[kLanes] = {}, rest_slope[kLanes];
  std::ranges::copy(h.subspan(whole), rest);
  tangent_at<Lanes>(rest, rest_slope);
  std::copy_n(rest, h.size() - whole, h.data() + whole);
  std::copy_n(rest_slope, h.size() - whole, slope.data() + whole);
}

THRESHER_WIDE_TARGET void tangents_wide(std::span<double> h, std::span<double> slope) {
  tangents<numerics::WideLanes>(h, slope);
}
void tangents_narrow(std::span<double> h, std::span<double> slope) {
  tangents<numerics::NarrowLanes>(h, slope);
}

}  // namespace

void relu(std::span<double> h, std::span<double> slope) {
  for (std::size_t k = 0; k < h.size(); ++k) {
    slope[k] = h[k] > 0 ? 1.0 : 0.0;
    h[k] = h[k] > 0 ? h[k] : 0.0;
  }
}

void hyperbolic_tangent(std::span<double> h, std::span<double> slope) {
  (numerics::has_wide_lanes() ? tangents_wide : tangents_narrow)(h, slope);
}

}  // namespace thresher::implicit_regularization
