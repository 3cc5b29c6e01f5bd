#include "experiments/implicit_regularization/solvers/row_sums.hpp"

#include "experiments/implicit_regularization/model/setting.hpp"

namespace thresher::implicit_regularization {

mpi::FixedOrderSum const& RowSums::over(std::int64_t rows) {
  auto const found = sums_.find(rows);
  if (found != sums_.end()) return found->second;
  return sums_.emplace(rows, mpi::FixedOrderSum(comm_, rows, row_blocks(rows))).first->second;
}

}  // namespace thresher::implicit_regularization
