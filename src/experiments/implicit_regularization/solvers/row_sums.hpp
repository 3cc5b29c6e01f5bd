#pragma once

#include "mpi/fixed_order_sum.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>

namespace thresher::implicit_regularization {

/// Fixed-order sums over rows, one for every number of rows that occurs (all, a batch).
class RowSums {
 public:
  explicit RowSums(mpi::Communicator const& comm) : comm_(comm) {}
  mpi::FixedOrderSum const& over(std::int64_t rows);

 private:
  mpi::Communicator const& comm_;
  std::map<std::int64_t, mpi::FixedOrderSum> sums_;
};

}  // namespace thresher::implicit_regularization
