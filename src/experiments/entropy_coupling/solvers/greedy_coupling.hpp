#pragma once

#include "experiments/entropy_coupling/solvers/coupling.hpp"
#include "experiments/entropy_coupling/solvers/greedy_split.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// The sequential greedy coupling: each observation cuts the impure cells that the earlier ones left.
///
/// With `shards` = S > 1 the cells are dealt to S virtual shards from the first step on that finds at least 4
/// S of them; every shard then cuts its own cells within its share of the capacities. The shards, not the
/// ranks, define the result: it is bitwise the same on any communicator.
class GreedyCoupling {
 public:
  /// Starts from `start`, held by rank 0 (other ranks' lists are ignored); each cell sorted by mass
  /// downwards, then symbol upwards. `comm` must outlive this object. Detail::coupling needs a communicator
  /// of one rank. Collective.
  GreedyCoupling(mpi::Communicator const& comm, MassCells start, std::int64_t refresh, std::int64_t shards,
                 Detail detail);

  /// One more observation with the given capacities (those of rank 0 count). Must not be called without
  /// impure cells. Collective.
  void observe(std::span<Mass const> capacities);

  /// H(X|Y) in bits times mass, on every rank.
  double entropy() const { return entropy_; }
  /// Impure cells, over all ranks.
  std::int64_t cells() const { return cells_; }
  /// Impure cells of this rank, in order.
  MassCells const& local_cells() const { return split_.cells; }
  /// What the last observation did (Detail::coupling: parents are indices of the list before).
  Split const& last_split() const { return split_; }

 private:
  struct Deal;
  void observe_whole(std::span<Mass const> capacities);
  void observe_in_shards(std::vector<Mass> capacities);
  Deal deal_cells() const;
  std::vector<std::vector<Mass>> share_capacities(std::vector<Mass> const& capacities,
                                                  std::vector<Mass> const& shard_masses) const;

  mpi::Communicator const& comm_;
  std::int64_t shards_;
  Detail detail_;
  GreedySplitter splitter_;
  Split split_;
  Split next_;
  double entropy_ = 0;
  std::int64_t cells_ = 0;
  bool in_shards_ = false;
};

/// The sequential greedy coupling written out (one rank; the shards are those of the point).
Coupling<Mass> list_greedy_coupling(Law const& law, std::span<Law const> observations, std::int64_t refresh,
                                    std::int64_t shards);

}  // namespace thresher::entropy_coupling
