#include "experiments/partial_order/solvers/pair_kernels.hpp"

#include "numerics/vector_math.hpp"

#include <algorithm>

namespace thresher::partial_order {

namespace {

using numerics::exponentiate;
using numerics::load;
using numerics::store;
using numerics::take_logarithm;

/// The larger of both, lane by lane.
template <class Lanes>
[[gnu::always_inline]] inline void raise(typename Lanes::Reals& x, typename Lanes::Reals const& y) {
  x = x < y ? y : x;
}
template <class Lanes>
[[gnu::always_inline]] inline void lower(typename Lanes::Reals& x, typename Lanes::Reals const& y) {
  x = y < x ? y : x;
}

template <class Lanes>
[[gnu::always_inline]] inline double largest(typename Lanes::Reals const& x) {
  double result = x[0];
  for (std::size_t k = 1; k < Lanes::kLanes; ++k) result = std::max(result, x[k]);
  return result;
}

/// Returns the widest smallest gap.
template <class Lanes>
[[gnu::always_inline]] inline double fill_product_row(RowInput const& in, double* out) {
  using Reals = typename Lanes::Reals;
  auto const width = in.width;
  double* const by_gap = out + 2 * width;
  double* const by_reverse = by_gap + in.dimensions * width;
  Reals const wide = Reals{} + kWidestGap;
  Reals widest = Reals{};
  for (std::size_t r = 0; r < width; r += Lanes::kLanes) {
    Reals smallest = Reals{} + 1e300;
    Reals p = Reals{} + 1.0;
    Reals reverse = Reals{} + 1.0;
    for (std::size_t k = 0; k < in.dimensions; ++k) {
      Reals u;
      load<Lanes>(u, in.at(k) + r);
      Reals const gap = in.own(k) - u;
      lower<Lanes>(smallest, gap);
      Reals e = -gap;
      lower<Lanes>(e, wide);
      raise<Lanes>(e, -wide);
      exponentiate<Lanes>(e);
      Reals const logistic = 1.0 / (1.0 + e);
      p *= logistic;
      reverse *= e * logistic;
      store<Lanes>(by_gap + k * width + r, e);
      store<Lanes>(by_reverse + k * width + r, logistic);
    }
    raise<Lanes>(widest, smallest);
    Reals scale = smallest;
    lower<Lanes>(scale, wide);
    raise<Lanes>(scale, -wide);
    exponentiate<Lanes>(scale);
    Reals q = Reals{};  // Q exp(smallest gap)
    for (std::size_t k = 0; k < in.dimensions; ++k) {
      Reals e;
      load<Lanes>(e, by_gap + k * width + r);
      q += e * scale + q * e;
    }
    auto const likely = p >= 0.5;
    Reals const argument = likely ? q * p : 1.0 - p;
    Reals free = argument;
    take_logarithm<Lanes>(free);
    free += likely ? -smallest : -((argument - 1.0) + p) / argument;
    Reals const odds = likely ? scale / q : p / (1.0 - p);  // P / (1 - P)
    store<Lanes>(out + r, free);
    store<Lanes>(out + width + r, reverse);
    for (std::size_t k = 0; k < in.dimensions; ++k) {
      Reals e, logistic;
      load<Lanes>(e, by_gap + k * width + r);
      load<Lanes>(logistic, by_reverse + k * width + r);
      Reals const free_slope = -(odds * e) * logistic;
      Reals const reverse_slope = reverse * logistic;
      store<Lanes>(by_gap + k * width + r, free_slope);
      store<Lanes>(by_reverse + k * width + r, reverse_slope);
    }
  }
  return largest<Lanes>(widest);
}

/// x <- log(1 + exp(x)), |x| <= 700, e the exponential.
template <class Lanes>
[[gnu::always_inline]] inline void take_softplus(typename Lanes::Reals& x) {
  using Reals = typename Lanes::Reals;
  Reals const magnitude = x < Reals{} ? -x : x;
  Reals e = -magnitude;
  exponentiate<Lanes>(e);
  Reals const sum = 1.0 + e;
  Reals log = sum;
  take_logarithm<Lanes>(log);
  log += (e - (sum - 1.0)) / sum;
  x = (x < Reals{} ? Reals{} : x) + log;
}

/// x <- 1 / (1 + exp(-x)).
template <class Lanes>
[[gnu::always_inline]] inline void take_logistic(typename Lanes::Reals& x) {
  using Reals = typename Lanes::Reals;
  Reals const magnitude = x < Reals{} ? -x : x;
  Reals e = -magnitude;
  exponentiate<Lanes>(e);
  x = (x < Reals{} ? e : Reals{} + 1.0) / (1.0 + e);
}

template <class Lanes>
[[gnu::always_inline]] inline void fill_softmin_row(RowInput const& in, double* out) {
  using Reals = typename Lanes::Reals;
  auto const width = in.width;
  double* const by_gap = out + 2 * width;
  double* const by_reverse = by_gap + in.dimensions * width;
  for (std::size_t r = 0; r < width; r += Lanes::kLanes) {
    Reals smallest = Reals{} + 1e300;
    Reals greatest = Reals{} - 1e300;
    for (std::size_t k = 0; k < in.dimensions; ++k) {
      Reals u;
      load<Lanes>(u, in.at(k) + r);
      Reals const gap = in.own(k) - u;
      lower<Lanes>(smallest, gap);
      raise<Lanes>(greatest, gap);
    }
    Reals forward = Reals{};
    Reals backward = Reals{};
    for (std::size_t k = 0; k < in.dimensions; ++k) {
      Reals u;
      load<Lanes>(u, in.at(k) + r);
      Reals const gap = in.own(k) - u;
      Reals e = smallest - gap;
      Reals f = gap - greatest;
      exponentiate<Lanes>(e);
      exponentiate<Lanes>(f);
      forward += e;
      backward += f;
      store<Lanes>(by_gap + k * width + r, e);
      store<Lanes>(by_reverse + k * width + r, f);
    }
    // log sum_k exp(-d_k), and log sum_k exp(d_k).
    Reals lse = forward;
    take_logarithm<Lanes>(lse);
    lse -= smallest;
    Reals reverse_lse = backward;
    take_logarithm<Lanes>(reverse_lse);
    reverse_lse += greatest;
    Reals free = -lse;
    take_softplus<Lanes>(free);
    free = -free;
    Reals p = -lse;
    take_logistic<Lanes>(p);
    Reals reverse = -reverse_lse;
    take_logistic<Lanes>(reverse);
    Reals reverse_not = reverse_lse;
    take_logistic<Lanes>(reverse_not);
    store<Lanes>(out + r, free);
    store<Lanes>(out + width + r, reverse);
    for (std::size_t k = 0; k < in.dimensions; ++k) {
      Reals e, f;
      load<Lanes>(e, by_gap + k * width + r);
      load<Lanes>(f, by_reverse + k * width + r);
      Reals const free_slope = -p * (e / forward);
      Reals const reverse_slope = reverse * reverse_not * (f / backward);
      store<Lanes>(by_gap + k * width + r, free_slope);
      store<Lanes>(by_reverse + k * width + r, reverse_slope);
    }
  }
}

template <class Lanes>
[[gnu::always_inline]] inline void add_contraction(RowInput const& in, double const* row,
                                                   double const* by_free, double const* by_after,
                                                   double* gradient) {
  using Reals = typename Lanes::Reals;
  for (std::size_t k = 0; k < in.dimensions; ++k) {
    double const* const free_slope = row + (2 + k) * in.width;
    double const* const after_slope = row + (2 + in.dimensions + k) * in.width;
    double* const target = gradient + k * in.width;
    Reals own = Reals{};
    for (std::size_t r = 0; r < in.width; r += Lanes::kLanes) {
      Reals free, after, f, a, t;
      load<Lanes>(free, by_free + r);
      load<Lanes>(after, by_after + r);
      load<Lanes>(f, free_slope + r);
      load<Lanes>(a, after_slope + r);
      load<Lanes>(t, target + r);
      Reals const moved = free * f - after * a;
      own += moved;
      t -= moved;
      store<Lanes>(target + r, t);
    }
    double sum = 0;
    for (std::size_t lane = 0; lane < Lanes::kLanes; ++lane) sum += own[lane];
    target[in.q] += sum;
  }
}

THRESHER_WIDE_TARGET double wide_product_row(RowInput const& in, double* out) {
  return fill_product_row<numerics::WideLanes>(in, out);
}
double narrow_product_row(RowInput const& in, double* out) {
  return fill_product_row<numerics::NarrowLanes>(in, out);
}
THRESHER_WIDE_TARGET void wide_softmin_row(RowInput const& in, double* out) {
  fill_softmin_row<numerics::WideLanes>(in, out);
}
void narrow_softmin_row(RowInput const& in, double* out) {
  fill_softmin_row<numerics::NarrowLanes>(in, out);
}
THRESHER_WIDE_TARGET void wide_contraction(RowInput const& in, double const* row, double const* by_free,
                                           double const* by_after, double* gradient) {
  add_contraction<numerics::WideLanes>(in, row, by_free, by_after, gradient);
}
void narrow_contraction(RowInput const& in, double const* row, double const* by_free, double const* by_after,
                        double* gradient) {
  add_contraction<numerics::NarrowLanes>(in, row, by_free, by_after, gradient);
}

}  // namespace

double product_row(RowInput const& in, double* out) {
  return (numerics::has_wide_lanes() ? wide_product_row : narrow_product_row)(in, out);
}

void softmin_row(RowInput const& in, double* out) {
  (numerics::has_wide_lanes() ? wide_softmin_row : narrow_softmin_row)(in, out);
}

void contract_row(RowInput const& in, double const* row, double const* by_free, double const* by_after,
                  double* gradient) {
  (numerics::has_wide_lanes() ? wide_contraction : narrow_contraction)(in, row, by_free, by_after, gradient);
}

}  // namespace thresher::partial_order
