#include "experiments/implicit_regularization/solvers/batches.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace thresher::implicit_regularization {

Batches::Batches(Rows const& rows, std::int64_t batch, random::Stream order, std::uint64_t replicate)
    : rows_(rows),
      batch_(batch),
      order_(order),
      replicate_(replicate),
      x_(rows.x.rows, batch),
      y_(static_cast<std::size_t>(batch)),
      numbers_(static_cast<std::size_t>(batch)) {
  assert(rows.held.size() == rows.count);
}

Rows Batches::of(std::int64_t step) {
  auto const per_epoch = rows_.count / batch_;
  if (step / per_epoch != epoch_) {
    epoch_ = step / per_epoch;
    permutation_ =
        order_.sequence({replicate_, static_cast<std::uint64_t>(epoch_)}, 0).permutation(rows_.count);
  }
  auto const first = step % per_epoch * batch_;
  for (std::int64_t k = 0; k < batch_; ++k) {
    auto const row = permutation_[static_cast<std::size_t>(first + k)];
    auto const from = static_cast<std::size_t>(row), to = static_cast<std::size_t>(k);
    std::ranges::copy(rows_.x.column(row), x_.column(k).begin());
    y_[to] = rows_.y[from];
    numbers_[to] = rows_.numbers[from];
  }
  return {batch_, {0, batch_}, x_.view(), y_, numbers_};
}

}  // namespace thresher::implicit_regularization
