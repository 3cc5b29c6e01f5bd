#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "linalg/dense_matrix.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// The rows of each update of stochastic training: a new permutation per epoch, cut into floor(n / B)
/// batches; what is left over is dropped. Every rank must hold all rows.
class Batches {
 public:
  /// `order` draws the permutations, by (replicate, epoch). `rows` must outlive this object.
  Batches(Rows const& rows, std::int64_t batch, random::Stream order, std::uint64_t replicate);
  /// Rows of update `step` (any order of calls); valid until the next call.
  Rows of(std::int64_t step);

 private:
  Rows const& rows_;
  std::int64_t batch_;
  random::Stream order_;
  std::uint64_t replicate_;
  std::int64_t epoch_ = -1;
  std::vector<std::int64_t> permutation_;
  linalg::DenseMatrix x_;
  std::vector<double> y_;
  std::vector<std::int64_t> numbers_;
};

}  // namespace thresher::implicit_regularization
