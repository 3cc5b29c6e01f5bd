#pragma once

#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::mpi {

/// Sums over an index range whose bits do not depend on the number of ranks: the range is cut into blocks
/// that depend on its length alone, ranks own whole blocks, and block sums are added in the order of the
/// blocks on every rank.
///
/// Use it where a loop amplifies rounding (samplers, local search, stochastic training, ties); MPI_Allreduce
/// may add in another order for another team size.
class FixedOrderSum {
 public:
  /// At most `max_blocks` blocks of 0..count-1, which is also the largest team that can share the work. A
  /// rank holds the sums of its own blocks (of one at a time where it is alone). `comm` must outlive this
  /// object.
  FixedOrderSum(Communicator const& comm, std::int64_t count, int max_blocks = 256);

  /// Indices that this rank owns (whole blocks).
  Range owned() const;
  /// All blocks that this rank owns, in order.
  std::vector<Range> const& owned_blocks() const { return owned_blocks_; }

  /// result[k] = sum over all blocks of partial(block)[k]. `partial` adds its block's contribution to a
  /// zeroed span of `result.size()`. Collective; all ranks get the same bits.
  void operator()(std::function<void(Range, std::span<double>)> const& partial,
                  std::span<double> result) const;

  /// The same for a `partial` that may throw on some ranks, as reading does (sum_or_throw). Collective.
  void or_throw(std::function<void(Range, std::span<double>)> const& partial, std::span<double> result) const;

 private:
  void add_everywhere(std::span<double const> sums, std::span<double> result) const;
  /// The window of the result that starts at number `begin`.
  void add_by_shares(std::span<double const> sums, std::size_t width, std::size_t begin,
                     std::span<double> result) const;

  Communicator const& comm_;
  int blocks_;
  std::vector<Range> owned_blocks_;
  std::vector<int> blocks_of_rank_;
};

}  // namespace thresher::mpi
