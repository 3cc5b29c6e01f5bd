#include "numerics/logarithms.hpp"

#include "numerics/vector_math.hpp"

#include <algorithm>
#include <cstddef>

namespace thresher::numerics {

namespace {

template <class Lanes>
[[gnu::always_inline]] inline void logarithms_at(double* values) {
  typename Lanes::Reals x;
  load<Lanes>(x, values);
  take_logarithm<Lanes>(x);
  store<Lanes>(values, x);
}

template <class Lanes>
[[gnu::always_inline]] inline void replace_by_logarithms(std::span<double> x) {
  std::size_t const whole = x.size() / Lanes::kLanes * Lanes::kLanes;
  for (std::size_t i = 0; i < whole; i += Lanes::kLanes) logarithms_at<Lanes>(x.data() + i);
  double rest[Lanes::kLanes];
  std::ranges::fill(rest, 1.0);
  std::ranges::copy(x.subspan(whole), rest);
  logarithms_at<Lanes>(rest);
  std::copy_n(rest, x.size() - whole, x.data() + whole);
}

THRESHER_WIDE_TARGET void logarithms_wide(std::span<double> x) {
  replace_by_logarithms<WideLanes>(x);
}
void logarithms_narrow(std::span<double> x) {
  replace_by_logarithms<NarrowLanes>(x);
}

}  // namespace

void logarithms_in_place(std::span<double> x) {
  (has_wide_lanes() ? logarithms_wide : logarithms_narrow)(x);
}

}  // namespace thresher::numerics
