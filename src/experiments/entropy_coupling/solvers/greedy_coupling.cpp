#include "experiments/entropy_coupling/solvers/greedy_coupling.hpp"

#include "mpi/exchange.hpp"
#include "mpi/partition.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <utility>

namespace thresher::entropy_coupling {

namespace {

int owner_of(std::int64_t shard, std::int64_t shards, int ranks) {
  for (int rank = 0; rank < ranks; ++rank)
    if (shard < mpi::share(shards, rank, ranks).end) return rank;
  return ranks - 1;
}

}  // namespace

/// Which cell goes to which shard. All of it is exact integers, so that every rank finds the same.
struct GreedyCoupling::Deal {
  std::vector<std::vector<std::uint32_t>> cells_of_shard;  // indices of the old list, in the shard's order
  std::vector<Mass> shard_masses;
  std::vector<MassCells> own;  // cells of this rank's shards
};

GreedyCoupling::GreedyCoupling(mpi::Communicator const& comm, MassCells start, std::int64_t refresh,
                               std::int64_t shards, Detail detail)
    : comm_(comm), shards_(shards), detail_(detail), splitter_(refresh, detail) {
  assert(detail == Detail::impure_cells || comm.size() == 1);
  if (comm.rank() == 0) {
    split_.cells = std::move(start);
    entropy_ = split_.entropy = conditional_entropy(split_.cells);
    cells_ = static_cast<std::int64_t>(split_.cells.size());
  }
  entropy_ = mpi::broadcast_value(comm, entropy_);
  cells_ = mpi::broadcast_value(comm, cells_);
}

void GreedyCoupling::observe(std::span<Mass const> capacities) {
  assert(cells_ > 0);
  if (shards_ > 1 && cells_ >= 4 * shards_) in_shards_ = true;
  if (in_shards_) {
    std::vector<Mass> shared(capacities.begin(), capacities.end());
    mpi::broadcast_vector(comm_, shared);
    observe_in_shards(std::move(shared));
  } else {
    observe_whole(capacities);
  }
}

void GreedyCoupling::observe_whole(std::span<Mass const> capacities) {
  if (comm_.rank() == 0) {
    splitter_.split(split_.cells, split_.entropy, capacities, next_);
    std::swap(split_, next_);
    entropy_ = split_.entropy;
    cells_ = static_cast<std::int64_t>(split_.cells.size());
  }
  entropy_ = mpi::broadcast_value(comm_, entropy_);
  cells_ = mpi::broadcast_value(comm_, cells_);
}

GreedyCoupling::Deal GreedyCoupling::deal_cells() const {
  MassCells const& mine = split_.cells;
  std::vector<Mass> masses(mine.size());
  std::vector<std::uint32_t> sizes(mine.size());
  for (std::size_t c = 0; c < mine.size(); ++c) {
    masses[c] = mine.mass_of(c);
    sizes[c] = mine.offsets[c + 1] - mine.offsets[c];
  }
  auto const [all_masses, cells_of_rank] = mpi::gather_parts(comm_, masses);
  auto const all_sizes = mpi::gather_parts(comm_, sizes).values;

  std::vector<Keyed> order(all_masses.size());
  for (std::size_t c = 0; c < order.size(); ++c)
    order[c] = {~static_cast<std::uint64_t>(all_masses[c]), static_cast<std::uint32_t>(c)};
  std::vector<Keyed> scratch;
  stable_sort_by_key(order, scratch);

  auto const shards = static_cast<std::size_t>(shards_);
  Deal deal;
  deal.cells_of_shard.resize(shards);
  deal.shard_masses.assign(shards, 0);
  for (std::size_t j = 0; j < order.size(); ++j) {
    deal.cells_of_shard[j % shards].push_back(order[j].item);
    deal.shard_masses[j % shards] += all_masses[order[j].item];
  }

  auto const own = mpi::share(shards_, comm_.rank(), comm_.size());
  deal.own.resize(static_cast<std::size_t>(own.size()));
  if (comm_.size() == 1) {
    for (std::size_t s = 0; s < shards; ++s)
      for (std::uint32_t const c : deal.cells_of_shard[s]) {
        auto const symbols = mine.symbols_of(c);
        auto const weights = mine.weights_of(c);
        for (std::size_t a = 0; a < weights.size(); ++a) deal.own[s].add_atom(symbols[a], weights[a]);
        deal.own[s].close_cell();
      }
    return deal;
  }

  // Both sides walk the shards and their cells in one order, so that what a rank sends another needs no
  // labels.
  auto const ranks = static_cast<std::size_t>(comm_.size());
  std::vector<std::uint32_t> first_cell(ranks + 1, 0);
  for (std::size_t r = 0; r < ranks; ++r)
    first_cell[r + 1] = first_cell[r] + static_cast<std::uint32_t>(cells_of_rank[r]);
  auto const rank_of = [&](std::uint32_t cell) {
    return static_cast<std::size_t>(std::upper_bound(first_cell.begin(), first_cell.end(), cell) -
                                    first_cell.begin()) -
           1;
  };
  auto const me = static_cast<std::size_t>(comm_.rank());
  std::vector<std::int64_t> send_counts(ranks, 0);
  std::vector<std::int64_t> receive_counts(ranks, 0);
  mpi::Parts<Symbol> symbols;
  mpi::Parts<Mass> weights;
  symbols.values.reserve(mine.atoms());
  weights.values.reserve(mine.atoms());
  for (std::size_t s = 0; s < shards; ++s) {
    auto const to = static_cast<std::size_t>(owner_of(static_cast<std::int64_t>(s), shards_, comm_.size()));
    for (std::uint32_t const c : deal.cells_of_shard[s]) {
      std::size_t const from = rank_of(c);
      if (to == me) receive_counts[from] += static_cast<std::int64_t>(all_sizes[c]);
      if (from != me) continue;
      send_counts[to] += static_cast<std::int64_t>(all_sizes[c]);
      auto const local = static_cast<std::size_t>(c - first_cell[me]);
      auto const of_symbols = mine.symbols_of(local);
      auto const of_weights = mine.weights_of(local);
      symbols.values.insert(symbols.values.end(), of_symbols.begin(), of_symbols.end());
      weights.values.insert(weights.values.end(), of_weights.begin(), of_weights.end());
    }
  }
  symbols.counts = weights.counts = send_counts;
  auto const got_symbols = mpi::exchange(comm_, symbols, receive_counts).values;
  auto const got_weights = mpi::exchange(comm_, weights, receive_counts);
  auto const in = got_weights.offsets();
  std::vector<std::size_t> next(in.begin(), in.end());
  for (std::int64_t s = own.begin; s < own.end; ++s) {
    auto& cells = deal.own[static_cast<std::size_t>(s - own.begin)];
    for (std::uint32_t const c : deal.cells_of_shard[static_cast<std::size_t>(s)]) {
      std::size_t& at = next[rank_of(c)];
      for (std::uint32_t a = 0; a < all_sizes[c]; ++a, ++at)
        cells.add_atom(got_symbols[at], got_weights.values[at]);
      cells.close_cell();
    }
  }
  return deal;
}

// In proportion to the shards' impure masses, by cumulative rounding; then single units move from shards that
// have more than their mass to shards that have less (a few units, and only while the impure mass is about
// the whole).
std::vector<std::vector<Mass>> GreedyCoupling::share_capacities(std::vector<Mass> const& capacities,
                                                                std::vector<Mass> const& shard_masses) const {
  Mass const impure = std::accumulate(shard_masses.begin(), shard_masses.end(), Mass{0});
  std::vector<std::vector<Mass>> shares(shard_masses.size(), std::vector<Mass>(capacities.size()));
  std::vector<Mass> surplus(shard_masses.size());
  for (std::size_t s = 0; s < surplus.size(); ++s) surplus[s] = -shard_masses[s];
  for (std::size_t y = 0; y < capacities.size(); ++y) {
    Mass before = 0;
    Mass running = 0;
    for (std::size_t s = 0; s < shard_masses.size(); ++s) {
      running += shard_masses[s];
      auto const product = static_cast<WideMass>(capacities[y]) * static_cast<WideMass>(running);
      auto const upto =
          static_cast<Mass>((product + static_cast<WideMass>(impure / 2)) / static_cast<WideMass>(impure));
      shares[s][y] = upto - before;
      surplus[s] += shares[s][y];
      before = upto;
    }
  }
  std::size_t giver = 0;
  for (std::size_t s = 0; s < surplus.size(); ++s)
    while (surplus[s] < 0) {
      while (surplus[giver] <= 0) ++giver;
      auto const richest = static_cast<std::size_t>(
          std::max_element(shares[giver].begin(), shares[giver].end()) - shares[giver].begin());
      --shares[giver][richest];
      ++shares[s][richest];
      --surplus[giver];
      ++surplus[s];
    }
  return shares;
}

void GreedyCoupling::observe_in_shards(std::vector<Mass> capacities) {
  Deal const deal = deal_cells();
  auto const shares = share_capacities(capacities, deal.shard_masses);
  auto const own = mpi::share(shards_, comm_.rank(), comm_.size());
  Split joined;
  if (detail_ == Detail::coupling) joined.capacities.assign(capacities.size(), 0);
  std::vector<double> entropies(static_cast<std::size_t>(own.size()), 0.0);
  for (std::int64_t s = own.begin; s < own.end; ++s) {
    auto const shard = static_cast<std::size_t>(s);
    auto const local = static_cast<std::size_t>(s - own.begin);
    auto const& cells = deal.own[local];
    if (cells.empty()) {
      if (detail_ == Detail::coupling)
        for (std::size_t y = 0; y < capacities.size(); ++y) joined.capacities[y] += shares[shard][y];
      continue;
    }
    splitter_.split(cells, conditional_entropy(cells), shares[shard], next_);
    entropies[local] = next_.entropy;
    for (std::size_t c = 0; c < next_.cells.size(); ++c) {
      auto const symbols = next_.cells.symbols_of(c);
      auto const weights = next_.cells.weights_of(c);
      joined.cells.symbols.insert(joined.cells.symbols.end(), symbols.begin(), symbols.end());
      joined.cells.weights.insert(joined.cells.weights.end(), weights.begin(), weights.end());
      joined.cells.close_cell();
    }
    if (detail_ == Detail::impure_cells) continue;
    auto const& cell_index = deal.cells_of_shard[shard];
    for (std::uint32_t const parent : next_.parents) joined.parents.push_back(cell_index[parent]);
    joined.values.insert(joined.values.end(), next_.values.begin(), next_.values.end());
    for (auto piece : next_.pure) {
      piece.parent = cell_index[piece.parent];
      joined.pure.push_back(piece);
    }
    for (std::size_t y = 0; y < capacities.size(); ++y) joined.capacities[y] += next_.capacities[y];
  }
  CompensatedSum bits;
  for (double const of_shard : mpi::gather_parts(comm_, entropies).values) bits.add(of_shard);
  joined.entropy = bits.value();
  split_ = std::move(joined);
  entropy_ = split_.entropy;
  cells_ = static_cast<std::int64_t>(split_.cells.size());
  if (comm_.size() > 1)
    mpi::check(MPI_Allreduce(MPI_IN_PLACE, &cells_, 1, MPI_INT64_T, MPI_SUM, comm_.get()), "MPI_Allreduce");
}

Coupling<Mass> list_greedy_coupling(Law const& law, std::span<Law const> observations, std::int64_t refresh,
                                    std::int64_t shards) {
  auto const alone = mpi::Communicator::self();
  CouplingRecorder recorder(law, observations.size());
  GreedyCoupling coupling(alone, whole_law(law), refresh, shards, Detail::coupling);
  for (auto const& observation : observations) {
    if (coupling.cells() == 0) {
      recorder.observe_pure(observation.masses);
      continue;
    }
    coupling.observe(observation.masses);
    recorder.observe(coupling.last_split());
  }
  return recorder.finish(coupling.local_cells());
}

}  // namespace thresher::entropy_coupling
