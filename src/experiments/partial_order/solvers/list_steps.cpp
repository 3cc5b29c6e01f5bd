#include "experiments/partial_order/solvers/list_steps.hpp"

#include "numerics/vector_math.hpp"

#include <algorithm>

namespace thresher::partial_order {

namespace {

using numerics::exponentiate;
using numerics::load;
using numerics::store;
using numerics::take_logarithm;

template <class Lanes>
[[gnu::always_inline]] inline void add_rows(ListRows::View const& row, double* free, double* after,
                                            std::size_t begin, std::size_t end) {
  using Reals = typename Lanes::Reals;
  for (std::size_t r = begin; r < end; r += Lanes::kLanes) {
    Reals a, s, x, y;
    load<Lanes>(a, free + r);
    load<Lanes>(s, after + r);
    load<Lanes>(x, row.free + r);
    load<Lanes>(y, row.after + r);
    a += x;
    s += y;
    store<Lanes>(free + r, a);
    store<Lanes>(after + r, s);
  }
}

/// (1 + S)^beta of any beta, as a part of the exponent. `kept` carries log(1 + S) to the second pass.
struct AnyPower {
  template <class Lanes>
  [[gnu::always_inline]] static void add_exponent(typename Lanes::Reals const& s, double beta, double* kept,
                                                  typename Lanes::Reals& exponent) {
    auto log = s + 1.0;
    take_logarithm<Lanes>(log);
    store<Lanes>(kept, log);
    exponent += beta * log;
  }
  /// Completes the weight and writes its derivative by S.
  template <class Lanes>
  [[gnu::always_inline]] static void complete(typename Lanes::Reals const& s, double beta,
                                              typename Lanes::Reals& weight, double* kept,
                                              typename Lanes::Reals& log_sum) {
    typename Lanes::Reals log;
    load<Lanes>(log, kept);
    log_sum += weight * log;
    typename Lanes::Reals const slope = beta * (weight / (1.0 + s));
    store<Lanes>(kept, slope);
  }
};

/// The same of a whole beta, as a factor.
template <int beta>
struct WholePower {
  template <class Lanes>
  [[gnu::always_inline]] static void add_exponent(typename Lanes::Reals const&, double, double*,
                                                  typename Lanes::Reals&) {}
  template <class Lanes>
  [[gnu::always_inline]] static void complete(typename Lanes::Reals const& s, double,
                                              typename Lanes::Reals& weight, double* kept,
                                              typename Lanes::Reals&) {
    typename Lanes::Reals slope{};
    for (int k = 0; k < beta; ++k) {
      slope = beta * weight;
      weight *= 1.0 + s;
    }
    store<Lanes>(kept, slope);
  }
};

template <class Lanes, class Power>
[[gnu::always_inline]] inline void weigh(BackwardStep const& step, WeightSums& sums) {
  using Reals = typename Lanes::Reals;
  add_rows<Lanes>(step.row, step.free, step.after, 0, step.from);
  Reals largest = Reals{} + kDead;
  for (std::size_t r = step.from; r < step.width; r += Lanes::kLanes) {
    Reals a, s, x, y, off;
    load<Lanes>(a, step.free + r);
    load<Lanes>(s, step.after + r);
    load<Lanes>(x, step.row.free + r);
    load<Lanes>(y, step.row.after + r);
    load<Lanes>(off, step.dead + r);
    a += x;
    s += y;
    store<Lanes>(step.free + r, a);
    store<Lanes>(step.after + r, s);
    Power::template add_exponent<Lanes>(s, step.beta, step.slopes + r, a);
    Reals const weight = off + a;
    largest = largest < weight ? weight : largest;
    store<Lanes>(step.weights + r, weight);
  }
  double highest = largest[0];
  for (std::size_t lane = 1; lane < Lanes::kLanes; ++lane) highest = std::max(highest, largest[lane]);
  Reals sum = Reals{};
  Reals log_sum = Reals{};
  for (std::size_t r = step.from; r < step.width; r += Lanes::kLanes) {
    Reals weight, s;
    load<Lanes>(weight, step.weights + r);
    load<Lanes>(s, step.after + r);
    weight -= highest;
    exponentiate<Lanes>(weight);
    Power::template complete<Lanes>(s, step.beta, weight, step.slopes + r, log_sum);
    sum += weight;
    store<Lanes>(step.weights + r, weight);
  }
  for (std::size_t lane = 0; lane < Lanes::kLanes; ++lane) {
    sums.sum += sum[lane];
    sums.log_sum += log_sum[lane];
  }
}

template <class Lanes>
[[gnu::always_inline]] inline void take_back(ForwardStep const& step) {
  using Reals = typename Lanes::Reals;
  for (std::size_t r = step.from; r < step.width; r += Lanes::kLanes) {
    Reals weight, slope, free, after;
    load<Lanes>(weight, step.weights + r);
    load<Lanes>(slope, step.slopes + r);
    load<Lanes>(free, step.by_free + r);
    load<Lanes>(after, step.by_after + r);
    free -= step.pull * weight;
    after -= step.pull * slope;
    store<Lanes>(step.by_free + r, free);
    store<Lanes>(step.by_after + r, after);
  }
}

template <class Power>
THRESHER_WIDE_TARGET void wide_weigh(BackwardStep const& step, WeightSums& sums) {
  weigh<numerics::WideLanes, Power>(step, sums);
}
template <class Power>
void narrow_weigh(BackwardStep const& step, WeightSums& sums) {
  weigh<numerics::NarrowLanes, Power>(step, sums);
}
THRESHER_WIDE_TARGET void wide_pull_back(ForwardStep const& step) {
  take_back<numerics::WideLanes>(step);
}
void narrow_pull_back(ForwardStep const& step) {
  take_back<numerics::NarrowLanes>(step);
}

template <class Power>
Weigh weigh_by() {
  return numerics::has_wide_lanes() ? wide_weigh<Power> : narrow_weigh<Power>;
}

}  // namespace

Weigh weigh_for(double beta, Slopes asked) {
  if (asked == Slopes::by_latents) {
    if (beta == 0) return weigh_by<WholePower<0>>();
    if (beta == 1) return weigh_by<WholePower<1>>();
    if (beta == 2) return weigh_by<WholePower<2>>();
  }
  return weigh_by<AnyPower>();
}

void pull_back(ForwardStep const& step) {
  (numerics::has_wide_lanes() ? wide_pull_back : narrow_pull_back)(step);
}

void add_row(ListRows::View const& row, double* free, double* after, std::size_t width) {
  add_rows<numerics::NarrowLanes>(row, free, after, 0, width);
}

}  // namespace thresher::partial_order
