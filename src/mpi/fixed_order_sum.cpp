#include "mpi/fixed_order_sum.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace thresher::mpi {

FixedOrderSum::FixedOrderSum(Communicator const& comm, std::int64_t count, int max_blocks)
    : comm_(comm),
      blocks_(static_cast<int>(std::min<std::int64_t>(std::max<std::int64_t>(count, 1), max_blocks))) {
  assert(max_blocks >= 1);
  for (int rank = 0; rank < comm.size(); ++rank)
    blocks_of_rank_.push_back(static_cast<int>(share(blocks_, rank, comm.size()).size()));
  auto const mine = share(blocks_, comm.rank(), comm.size());
  for (auto block = mine.begin; block < mine.end; ++block)
    owned_blocks_.push_back(share(count, static_cast<int>(block), blocks_));
}

Range FixedOrderSum::owned() const {
  if (owned_blocks_.empty()) return {};
  return {owned_blocks_.front().begin, owned_blocks_.back().end};
}

void FixedOrderSum::operator()(std::function<void(Range, std::span<double>)> const& partial,
                               std::span<double> result) const {
  auto const width = result.size();
  std::vector<double> sums(static_cast<std::size_t>(blocks_) * width, 0.0);
  auto const first = static_cast<std::size_t>(share(blocks_, comm_.rank(), comm_.size()).begin);
  for (std::size_t k = 0; k < owned_blocks_.size(); ++k)
    partial(owned_blocks_[k], std::span(sums).subspan((first + k) * width, width));
  if (comm_.size() > 1) {
    std::vector<int> counts(blocks_of_rank_);
    for (auto& n : counts) n *= static_cast<int>(width);
    std::vector<int> offsets(counts.size(), 0);
    std::partial_sum(counts.begin(), counts.end() - 1, offsets.begin() + 1);
    check(MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, sums.data(), counts.data(), offsets.data(),
                         MPI_DOUBLE, comm_.get()),
          "MPI_Allgatherv");
  }
  std::fill(result.begin(), result.end(), 0.0);
  for (std::size_t block = 0; block < static_cast<std::size_t>(blocks_); ++block)
    for (std::size_t k = 0; k < width; ++k) result[k] += sums[block * width + k];
}

}  // namespace thresher::mpi
