#include "experiments/partial_order/solvers/list_kernel.hpp"

#include "experiments/partial_order/solvers/pair_rows.hpp"
#include "numerics/logarithms.hpp"

#include <algorithm>

namespace thresher::partial_order {

namespace {

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
  reserve(slopes_, rows * width_);
  auto const steps = static_cast<std::size_t>(shape.steps);
  for (auto* numbers : {&sums_, &log_sums_, &own_weights_, &own_after_, &shares_, &pulls_, &logs_})
    if (numbers->size() < steps) numbers->resize(steps);
}

void ListKernel::start_sums(ListShape const& shape, std::int64_t from, ListRows& rows) {
  std::fill_n(free_.begin(), width_, 0.0);
  std::fill_n(after_.begin(), width_, 0.0);
  std::fill_n(dead_.begin(), width_, kDead);
  for (auto const q : shape.order.subspan(static_cast<std::size_t>(from))) {
    auto const row = rows.row(static_cast<std::size_t>(q));
    add_row(row, free_.data(), after_.data(), width_);
    dead_[static_cast<std::size_t>(q)] = 0;
  }
}

void ListKernel::backward(ListShape const& shape, Block block, double beta, ListRows& rows) {
  auto const weigh = weigh_for(beta, asked_);
  for (auto t = block.end - 1; t >= block.begin; --t) {
    auto const q = static_cast<std::size_t>(shape.order[static_cast<std::size_t>(t)]);
    dead_[q] = 0;
    auto const slot = t - block.begin;
    std::size_t const from =
        shape.numbering == Numbering::by_position ? static_cast<std::size_t>(t) / 8 * 8 : 0;
    WeightSums sums;
    weigh({rows.row(q), free_.data(), after_.data(), dead_.data(), weight_row(slot), slope_row(slot), from,
           width_, beta},
          sums);
    auto const at = static_cast<std::size_t>(t);
    sums_[at] = sums.sum;
    log_sums_[at] = sums.log_sum;
    own_weights_[at] = weight_row(slot)[q];
    own_after_[at] = after_[q];
  }
}

void ListKernel::score(std::int64_t items, Block block, double weight, Noise const& noise, ListSums& sums) {
  auto const begin = static_cast<std::size_t>(block.begin);
  auto const end = static_cast<std::size_t>(block.end);
  double const model = 1 - noise.epsilon;
  for (std::size_t t = begin; t < end; ++t) {
    double const inverse = 1 / sums_[t];
    double const chosen = own_weights_[t] * inverse;
    double const even = 1 / static_cast<double>(items - static_cast<std::int64_t>(t));
    double const p = model * chosen + noise.epsilon * even;
    logs_[t] = p;
    shares_[t] = weight * model * chosen / p;
    pulls_[t] = shares_[t] * inverse;
  }
  auto const logs = std::span(logs_).subspan(begin, end - begin);
  numerics::logarithms_in_place(logs);
  double value = 0;
  for (double const log : logs) value += log;
  sums.value += weight * value;
  if (asked_ == Slopes::by_latents) return;
  for (std::size_t t = begin; t < end; ++t) {
    double const chosen = own_weights_[t] / sums_[t];
    double const even = 1 / static_cast<double>(items - static_cast<std::int64_t>(t));
    sums.by_epsilon += weight * (even - chosen) / (model * chosen + noise.epsilon * even);
    logs_[t] = 1 + own_after_[t];
  }
  numerics::logarithms_in_place(logs);
  for (std::size_t t = begin; t < end; ++t) sums.by_beta += shares_[t] * logs_[t] - pulls_[t] * log_sums_[t];
}

void ListKernel::forward(ListShape const& shape, Block block, double beta, ListRows& rows) {
  for (auto t = block.begin; t < block.end; ++t) {
    auto const q = static_cast<std::size_t>(shape.order[static_cast<std::size_t>(t)]);
    auto const at = static_cast<std::size_t>(t);
    auto const slot = t - block.begin;
    std::size_t const from =
        shape.numbering == Numbering::by_position ? static_cast<std::size_t>(t) / 8 * 8 : 0;
    pull_back(
        {weight_row(slot), slope_row(slot), by_free_.data(), by_after_.data(), from, width_, pulls_[at]});
    by_free_[q] += shares_[at];
    by_after_[q] += shares_[at] * beta / (1 + own_after_[at]);
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
