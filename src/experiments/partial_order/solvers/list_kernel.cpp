#include "experiments/partial_order/solvers/list_kernel.hpp"

#include "experiments/partial_order/solvers/pair_rows.hpp"
#include "numerics/logarithms.hpp"
#include "numerics/vector_math.hpp"

#include <algorithm>

namespace thresher::partial_order {

namespace {

using numerics::exponentiate;
using numerics::load;
using numerics::store;
using numerics::take_logarithm;

constexpr double kDead = -1e300;

/// One step backwards: the sums take in the row of the item chosen, then weights of [from, width).
struct BackwardStep {
  ListRows::View row;
  double* free;
  double* after;
  double const* dead;
  double* weights;
  double* inverses;
  std::size_t from;
  std::size_t width;
  double beta;
};

struct WeightSums {
  double sum = 0;
  double log_sum = 0;  ///< of weight times log(1 + S)
};

template <class Lanes>
[[gnu::always_inline]] inline void add_row(ListRows::View const& row, double* free, double* after,
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

template <class Lanes>
[[gnu::always_inline]] inline void weigh(BackwardStep const& step, WeightSums& sums) {
  using Reals = typename Lanes::Reals;
  add_row<Lanes>(step.row, step.free, step.after, 0, step.from);
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
    Reals log = s + 1.0;
    take_logarithm<Lanes>(log);
    store<Lanes>(step.inverses + r, log);
    Reals const weight = off + (a + step.beta * log);
    largest = largest < weight ? weight : largest;
    store<Lanes>(step.weights + r, weight);
  }
  double highest = largest[0];
  for (std::size_t lane = 1; lane < Lanes::kLanes; ++lane) highest = std::max(highest, largest[lane]);
  Reals sum = Reals{};
  Reals log_sum = Reals{};
  for (std::size_t r = step.from; r < step.width; r += Lanes::kLanes) {
    Reals weight, log, s;
    load<Lanes>(weight, step.weights + r);
    load<Lanes>(log, step.inverses + r);
    load<Lanes>(s, step.after + r);
    weight -= highest;
    exponentiate<Lanes>(weight);
    sum += weight;
    log_sum += weight * log;
    store<Lanes>(step.weights + r, weight);
    Reals const inverse = 1.0 / (1.0 + s);
    store<Lanes>(step.inverses + r, inverse);
  }
  for (std::size_t lane = 0; lane < Lanes::kLanes; ++lane) {
    sums.sum += sum[lane];
    sums.log_sum += log_sum[lane];
  }
}

/// by_free -= pull weights, by_after -= pull beta weights / (1 + S), on [from, width).
struct ForwardStep {
  double const* weights;
  double const* inverses;
  double* by_free;
  double* by_after;
  std::size_t from;
  std::size_t width;
  double pull;
  double beta;
};

template <class Lanes>
[[gnu::always_inline]] inline void pull_back(ForwardStep const& step) {
  using Reals = typename Lanes::Reals;
  for (std::size_t r = step.from; r < step.width; r += Lanes::kLanes) {
    Reals weight, inverse, free, after;
    load<Lanes>(weight, step.weights + r);
    load<Lanes>(inverse, step.inverses + r);
    load<Lanes>(free, step.by_free + r);
    load<Lanes>(after, step.by_after + r);
    Reals const part = step.pull * weight;
    free -= part;
    after -= step.beta * (part * inverse);
    store<Lanes>(step.by_free + r, free);
    store<Lanes>(step.by_after + r, after);
  }
}

THRESHER_WIDE_TARGET void wide_weigh(BackwardStep const& step, WeightSums& sums) {
  weigh<numerics::WideLanes>(step, sums);
}
void narrow_weigh(BackwardStep const& step, WeightSums& sums) {
  weigh<numerics::NarrowLanes>(step, sums);
}
THRESHER_WIDE_TARGET void wide_pull_back(ForwardStep const& step) {
  pull_back<numerics::WideLanes>(step);
}
void narrow_pull_back(ForwardStep const& step) {
  pull_back<numerics::NarrowLanes>(step);
}

void reserve(numerics::AlignedVector& numbers, std::size_t count) {
  if (numbers.size() < count) numbers.resize(count);
}

std::int64_t block_length(std::int64_t steps) {
  return steps <= ListKernel::kWholeList ? std::max<std::int64_t>(steps, 1) : ListKernel::kCheckpoint;
}

}  // namespace

double ListKernel::bytes(std::int64_t items) {
  auto const width = static_cast<double>(padded(static_cast<std::size_t>(items)));
  auto const length = static_cast<double>(block_length(items));
  return 8 * width * (2 * length + 2 * static_cast<double>(items) / length + 5) +
         56 * static_cast<double>(items);
}

void ListKernel::open(ListShape const& shape) {
  width_ = shape.width;
  for (auto* numbers : {&free_, &after_, &dead_, &by_free_, &by_after_}) reserve(*numbers, width_);
  auto const rows = static_cast<std::size_t>(block_length(shape.steps));
  reserve(weights_, rows * width_);
  reserve(inverses_, rows * width_);
  auto const steps = static_cast<std::size_t>(shape.steps);
  for (auto* numbers : {&sums_, &log_sums_, &own_weights_, &own_inverses_, &shares_, &pulls_, &logs_})
    if (numbers->size() < steps) numbers->resize(steps);
}

void ListKernel::start_sums(ListShape const& shape, std::int64_t from, ListRows& rows) {
  std::fill_n(free_.begin(), width_, 0.0);
  std::fill_n(after_.begin(), width_, 0.0);
  std::fill_n(dead_.begin(), width_, kDead);
  for (auto const q : shape.order.subspan(static_cast<std::size_t>(from))) {
    auto const row = rows.row(static_cast<std::size_t>(q));
    add_row<numerics::NarrowLanes>(row, free_.data(), after_.data(), 0, width_);
    dead_[static_cast<std::size_t>(q)] = 0;
  }
}

void ListKernel::backward(ListShape const& shape, Block block, double beta, ListRows& rows) {
  bool const wide = numerics::has_wide_lanes();
  for (auto t = block.end - 1; t >= block.begin; --t) {
    auto const q = static_cast<std::size_t>(shape.order[static_cast<std::size_t>(t)]);
    dead_[q] = 0;
    auto const slot = t - block.begin;
    std::size_t const from =
        shape.numbering == Numbering::by_position ? static_cast<std::size_t>(t) / 8 * 8 : 0;
    BackwardStep const step{rows.row(q),       free_.data(), after_.data(), dead_.data(), weight_row(slot),
                            inverse_row(slot), from,         width_,        beta};
    WeightSums sums;
    (wide ? wide_weigh : narrow_weigh)(step, sums);
    auto const at = static_cast<std::size_t>(t);
    sums_[at] = sums.sum;
    log_sums_[at] = sums.log_sum;
    own_weights_[at] = weight_row(slot)[q];
    own_inverses_[at] = inverse_row(slot)[q];
  }
}

void ListKernel::score(std::int64_t items, Block block, double weight, Noise const& noise, ListSums& sums) {
  auto const begin = static_cast<std::size_t>(block.begin);
  auto const end = static_cast<std::size_t>(block.end);
  double const model = 1 - noise.epsilon;
  for (std::size_t t = begin; t < end; ++t) {
    double const chosen = own_weights_[t] / sums_[t];
    double const even = 1 / static_cast<double>(items - static_cast<std::int64_t>(t));
    double const p = model * chosen + noise.epsilon * even;
    logs_[t] = p;
    shares_[t] = weight * model * chosen / p;
    pulls_[t] = shares_[t] / sums_[t];
    sums.by_epsilon += weight * (even - chosen) / p;
  }
  auto const logs = std::span(logs_).subspan(begin, end - begin);
  numerics::logarithms_in_place(logs);
  double value = 0;
  for (double const log : logs) value += log;
  sums.value += weight * value;
  for (std::size_t t = begin; t < end; ++t) logs_[t] = own_inverses_[t];
  numerics::logarithms_in_place(logs);
  for (std::size_t t = begin; t < end; ++t) sums.by_beta += -shares_[t] * logs_[t] - pulls_[t] * log_sums_[t];
}

void ListKernel::forward(ListShape const& shape, Block block, double beta, ListRows& rows) {
  bool const wide = numerics::has_wide_lanes();
  for (auto t = block.begin; t < block.end; ++t) {
    auto const q = static_cast<std::size_t>(shape.order[static_cast<std::size_t>(t)]);
    auto const at = static_cast<std::size_t>(t);
    auto const slot = t - block.begin;
    std::size_t const from =
        shape.numbering == Numbering::by_position ? static_cast<std::size_t>(t) / 8 * 8 : 0;
    (wide ? wide_pull_back : narrow_pull_back)({weight_row(slot), inverse_row(slot), by_free_.data(),
                                                by_after_.data(), from, width_, pulls_[at], beta});
    by_free_[q] += shares_[at];
    by_after_[q] += shares_[at] * beta * own_inverses_[at];
    rows.take(q, by_free_.data(), by_after_.data());
  }
}

void ListKernel::add(ListShape const& shape, double weight, Noise const& noise, ListRows& rows,
                     ListSums& sums) {
  open(shape);
  auto const length = block_length(shape.steps);
  auto const blocks = (shape.steps + length - 1) / length;
  reserve(checkpoints_, static_cast<std::size_t>(blocks - 1) * 2 * width_);
  auto const block_at = [&](std::int64_t b) {
    return Block{b * length, std::min(shape.steps, (b + 1) * length)};
  };
  start_sums(shape, shape.steps, rows);
  for (auto b = blocks; b-- > 0;) {
    if (b > 0) {
      auto const at = checkpoints_.begin() + (b - 1) * static_cast<std::int64_t>(2 * width_);
      std::copy_n(free_.begin(), width_, at);
      std::copy_n(after_.begin(), width_, at + static_cast<std::int64_t>(width_));
    }
    backward(shape, block_at(b), noise.beta, rows);
    score(static_cast<std::int64_t>(shape.order.size()), block_at(b), weight, noise, sums);
  }
  std::fill_n(by_free_.begin(), width_, 0.0);
  std::fill_n(by_after_.begin(), width_, 0.0);
  for (std::int64_t b = 0; b < blocks; ++b) {
    auto const block = block_at(b);
    if (b > 0) {
      auto const at = checkpoints_.begin() + (b - 1) * static_cast<std::int64_t>(2 * width_);
      std::copy_n(at, width_, free_.begin());
      std::copy_n(at + static_cast<std::int64_t>(width_), width_, after_.begin());
      std::fill_n(dead_.begin(), width_, kDead);
      for (auto const q : shape.order.subspan(static_cast<std::size_t>(block.end)))
        dead_[static_cast<std::size_t>(q)] = 0;
      backward(shape, block, noise.beta, rows);
    }
    forward(shape, block, noise.beta, rows);
  }
  for (auto const q : shape.order.subspan(static_cast<std::size_t>(shape.steps)))
    rows.take(static_cast<std::size_t>(q), by_free_.data(), by_after_.data());
}

}  // namespace thresher::partial_order
