#include "experiments/partial_order/solvers/pair_kernels.hpp"
#include "numerics/vector_math.hpp"

namespace thresher::partial_order {

namespace {

using numerics::exponentiate;
using numerics::load;
using numerics::store;

/// How exp(-d_k) enter 1 / P.
struct ProductOfGaps {
  template <class Lanes>
  [[gnu::always_inline]] static void take(typename Lanes::Reals const& e, typename Lanes::Reals& inverse) {
    inverse *= 1.0 + e;
  }
};
struct SumOfGaps {
  template <class Lanes>
  [[gnu::always_inline]] static void take(typename Lanes::Reals const& e, typename Lanes::Reals& inverse) {
    inverse += e;
  }
};

template <class Lanes, class Gaps>
[[gnu::always_inline]] inline void fill_precedence_row(RowInput const& in, double* out) {
  using Reals = typename Lanes::Reals;
  Reals const wide = Reals{} + kWidestGap;
  for (std::size_t r = 0; r < in.width; r += Lanes::kLanes) {
    Reals inverse = Reals{} + 1.0;
    for (std::size_t k = 0; k < in.dimensions; ++k) {
      Reals e;
      load<Lanes>(e, in.at(k) + r);
      e -= in.own(k);
      e = wide < e ? wide : e;
      exponentiate<Lanes>(e);
      Gaps::template take<Lanes>(e, inverse);
    }
    Reals const p = 1.0 / inverse;
    store<Lanes>(out + r, p);
  }
}

template <class Lanes>
[[gnu::always_inline]] inline void add_all(double* target, double const* x, std::size_t width) {
  for (std::size_t r = 0; r < width; r += Lanes::kLanes) {
    typename Lanes::Reals sum, more;
    load<Lanes>(sum, target + r);
    load<Lanes>(more, x + r);
    sum += more;
    store<Lanes>(target + r, sum);
  }
}

template <class Gaps>
THRESHER_WIDE_TARGET void wide_precedence_row(RowInput const& in, double* out) {
  fill_precedence_row<numerics::WideLanes, Gaps>(in, out);
}
template <class Gaps>
void narrow_precedence_row(RowInput const& in, double* out) {
  fill_precedence_row<numerics::NarrowLanes, Gaps>(in, out);
}
THRESHER_WIDE_TARGET void wide_add(double* target, double const* x, std::size_t width) {
  add_all<numerics::WideLanes>(target, x, width);
}
void narrow_add(double* target, double const* x, std::size_t width) {
  add_all<numerics::NarrowLanes>(target, x, width);
}
}  // namespace

void product_precedence_row(RowInput const& in, double* out) {
  (numerics::has_wide_lanes() ? wide_precedence_row<ProductOfGaps>
                              : narrow_precedence_row<ProductOfGaps>)(in, out);
}

void softmin_precedence_row(RowInput const& in, double* out) {
  (numerics::has_wide_lanes() ? wide_precedence_row<SumOfGaps> : narrow_precedence_row<SumOfGaps>)(in, out);
}

void add_to(double* target, double const* x, std::size_t width) {
  (numerics::has_wide_lanes() ? wide_add : narrow_add)(target, x, width);
}

}  // namespace thresher::partial_order
