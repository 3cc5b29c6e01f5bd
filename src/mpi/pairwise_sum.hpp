#pragma once

#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::mpi {

/// Sums over an index range whose bits do not depend on the number of ranks, as those of FixedOrderSum, for
/// wide results of many blocks: block sums are added along a binary tree over the blocks, so a rank adds up
/// what lies together in the tree and hands on at most 2 log2(blocks) sums, not one per block.
///
/// A rank holds that many sums; one that is alone holds log2(blocks) + 1 of them, where FixedOrderSum holds
/// one.
class PairwiseSum {
 public:
  /// `blocks` of 0..count-1 (at most `count`), which is also the largest team that can share the work. `comm`
  /// must outlive this object.
  PairwiseSum(Communicator const& comm, std::int64_t count, int blocks);

  /// result[k] = sum over all blocks of partial(block)[k]. `partial` adds its block's contribution to a
  /// zeroed span of `result.size()`. Collective; all ranks get the same bits.
  void operator()(std::function<void(Range, std::span<double>)> const& partial,
                  std::span<double> result) const;
  /// The same for a `partial` that may throw on some ranks, as reading does (sum_or_throw). Collective.
  void or_throw(std::function<void(Range, std::span<double>)> const& partial, std::span<double> result) const;

  /// All blocks that this rank owns, in the order in which `partial` sees them.
  std::vector<Range> owned_blocks() const;
  /// Indices that this rank owns (whole blocks).
  Range owned() const;

  /// Sums that a rank holds at most, its result not counted.
  static double held(int blocks, int ranks);

 private:
  Range blocks_of(int rank) const { return share(blocks_, rank, comm_.size()); }

  Communicator const& comm_;
  std::int64_t count_;
  int blocks_;
};

}  // namespace thresher::mpi
