#include "numerics/exponentials.hpp"

#include "numerics/vector_math.hpp"

#include <algorithm>
#include <cstddef>

namespace thresher::numerics {

namespace {

template <class Lanes>
[[gnu::always_inline]] inline void exponentials_at(double* values) {
  typename Lanes::Reals x;
  load<Lanes>(x, values);
  exponentiate<Lanes>(x);
  store<Lanes>(values, x);
}

template <class Lanes>
[[gnu::always_inline]] inline void replace_by_exponentials(std::span<double> x) {
  constexpr auto kLanes = Lanes::kLanes;
  std::size_t const whole = x.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) exponentials_at<Lanes>(x.data() + i);
  double rest[kLanes] = {};
  std::ranges::copy(x.subspan(whole), rest);
  exponentials_at<Lanes>(rest);
  std::copy_n(rest, x.size() - whole, x.data() + whole);
}

THRESHER_WIDE_TARGET void replace_wide(std::span<double> x) {
  replace_by_exponentials<WideLanes>(x);
}
void replace_narrow(std::span<double> x) {
  replace_by_exponentials<NarrowLanes>(x);
}

}  // namespace

void exponentials_in_place(std::span<double> x) {
  (has_wide_lanes() ? replace_wide : replace_narrow)(x);
}

}  // namespace thresher::numerics
