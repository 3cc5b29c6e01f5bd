#include "experiments/entropy_coupling/solvers/interval_algorithm.hpp"

#include "mpi/partition.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>
#include <span>

namespace thresher::entropy_coupling {

namespace {

constexpr int kBlocks = 64;
// With fewer cells one rank is faster than a message.
constexpr std::int64_t kCellsToSpread = 64 * kBlocks;
// Pieces below this part of their cell are rounding.
constexpr double kNegligible = 1e-12;
// Cells below this mass are about to underflow.
constexpr double kLeastCell = 1e-200;
// With more values than this the next cut is searched for instead of walked to.
constexpr std::size_t kFewObserved = 16;

template <class T>
void send(mpi::Communicator const& comm, std::vector<T> const& values, int to) {
  mpi::check(
      MPI_Send(values.data(), static_cast<int>(values.size() * sizeof(T)), MPI_BYTE, to, 0, comm.get()),
      "MPI_Send");
}

template <class T>
std::vector<T> receive(mpi::Communicator const& comm, int from) {
  MPI_Status status;
  mpi::check(MPI_Probe(from, 0, comm.get(), &status), "MPI_Probe");
  int bytes = 0;
  mpi::check(MPI_Get_count(&status, MPI_BYTE, &bytes), "MPI_Get_count");
  std::vector<T> values(static_cast<std::size_t>(bytes) / sizeof(T));
  mpi::check(MPI_Recv(values.data(), bytes, MPI_BYTE, from, 0, comm.get(), MPI_STATUS_IGNORE), "MPI_Recv");
  return values;
}

}  // namespace

IntervalAlgorithm::IntervalAlgorithm(mpi::Communicator const& comm, Law const& law)
    : comm_(comm), blocks_(1) {
  symbols_ = mpi::broadcast_value(comm, law.size());
  if (comm.rank() == 0 && law.size() > 1) {
    auto& cells = blocks_.front().cells;
    for (std::size_t x = 0; x < law.size(); ++x) cells.add_atom(static_cast<Symbol>(x), law.probability(x));
    cells.close_cell();
    blocks_.front().entropy = conditional_entropy(cells);
  }
  sum_blocks();
}

bool IntervalAlgorithm::owns(std::size_t block) const {
  if (!spread_) return comm_.rank() == 0;
  auto const mine = mpi::share(kBlocks, comm_.rank(), comm_.size());
  return static_cast<std::int64_t>(block) >= mine.begin && static_cast<std::int64_t>(block) < mine.end;
}

void IntervalAlgorithm::observe(Law const& observation) {
  Law law = observation;
  if (comm_.size() > 1) {
    mpi::broadcast_vector(comm_, law.masses);
    law.total = mpi::broadcast_value(comm_, law.total);
  }
  if (!spread_ && cells_ >= kCellsToSpread) spread_blocks();
  std::vector<double> cumulative(law.size());
  Mass running = 0;
  for (std::size_t y = 0; y < law.size(); ++y)
    cumulative[y] = static_cast<double>(running += law.masses[y]) / static_cast<double>(law.total);
  for (std::size_t b = 0; b < blocks_.size(); ++b)
    if (owns(b)) cut(blocks_[b], law, cumulative);
  sum_blocks();
}

void IntervalAlgorithm::cut(Block& block, Law const& observation,
                            std::vector<double> const& cumulative) const {
  auto const& cells = block.cells;
  CellList<double> next;
  CompensatedSum bits;
  std::size_t const last = observation.size() - 1;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto const symbols = cells.symbols_of(c);
    auto const weights = cells.weights_of(c);
    double const whole = cells.mass_of(c);
    double const negligible = kNegligible * whole;
    double atom_end = 0;  // where the atom at hand ends within the cell
    double position = 0;
    std::size_t value = 0;
    std::size_t first = next.atoms();
    auto const close = [&] {
      auto const atoms = next.atoms() - first;
      if (atoms < 2) {
        next.symbols.resize(first);
        next.weights.resize(first);
        return;
      }
      auto const kept = std::span<double const>(next.weights).subspan(first);
      double const mass = std::accumulate(kept.begin(), kept.end(), 0.0);
      if (mass < kLeastCell) {
        next.symbols.resize(first);
        next.weights.resize(first);
        block.dropped = true;
        return;
      }
      bits.add(cell_entropy(kept, mass));
      next.close_cell();
      first = next.atoms();
    };
    for (std::size_t a = 0; a < weights.size(); ++a) {
      atom_end += weights[a];
      while (atom_end - position > negligible) {
        // The last value takes all that remains.
        double const value_end = value == last ? atom_end : cumulative[value] * whole;
        double const end = std::min(atom_end, value_end);
        if (end - position > negligible) {
          next.add_atom(symbols[a], end - position);
          position = end;
        }
        if (value == last || value_end - position > negligible) continue;
        close();
        position = std::max(position, value_end);
        ++value;
        if (observation.size() > kFewObserved) {
          // Values that end within this atom are pure.
          auto const from = cumulative.begin() + static_cast<std::ptrdiff_t>(value);
          auto const past = std::upper_bound(from, cumulative.begin() + static_cast<std::ptrdiff_t>(last),
                                             (atom_end - negligible) / whole);
          if (past != from) {
            value = static_cast<std::size_t>(past - cumulative.begin());
            position = std::max(position, cumulative[value - 1] * whole);
          }
        }
      }
    }
    close();
  }
  block.cells = std::move(next);
  block.entropy = bits.value();
}

// Contiguous runs of cells with about equally many atoms become blocks.
void IntervalAlgorithm::spread_blocks() {
  std::vector<Block> parts(kBlocks);
  if (comm_.rank() == 0) {
    auto const& cells = blocks_.front().cells;
    std::size_t cell = 0;
    for (int b = 0; b < kBlocks; ++b) {
      auto const end =
          static_cast<std::size_t>(mpi::share(static_cast<std::int64_t>(cells.atoms()), b, kBlocks).end);
      auto& part = parts[static_cast<std::size_t>(b)].cells;
      for (; cell < cells.size() && cells.offsets[cell + 1] <= end; ++cell) {
        auto const symbols = cells.symbols_of(cell);
        auto const weights = cells.weights_of(cell);
        for (std::size_t a = 0; a < weights.size(); ++a) part.add_atom(symbols[a], weights[a]);
        part.close_cell();
      }
    }
    assert(cell == cells.size());
  }
  spread_ = true;
  dropped_ = mpi::broadcast_value(comm_, dropped_);
  for (int rank = 1; rank < comm_.size(); ++rank) {
    auto const theirs = mpi::share(kBlocks, rank, comm_.size());
    if (comm_.rank() != 0 && comm_.rank() != rank) continue;
    for (auto b = theirs.begin; b < theirs.end; ++b) {
      auto& cells = parts[static_cast<std::size_t>(b)].cells;
      if (comm_.rank() == 0) {
        send(comm_, cells.offsets, rank);
        send(comm_, cells.symbols, rank);
        send(comm_, cells.weights, rank);
        cells.clear();
      } else {
        cells.offsets = receive<std::uint32_t>(comm_, 0);
        cells.symbols = receive<Symbol>(comm_, 0);
        cells.weights = receive<double>(comm_, 0);
      }
    }
  }
  blocks_ = std::move(parts);
}

void IntervalAlgorithm::sum_blocks() {
  // One column per block: sums of doubles must be added in the order of the blocks on every rank.
  std::vector<double> table(blocks_.size() * 3, 0.0);
  for (std::size_t b = 0; b < blocks_.size(); ++b)
    if (owns(b)) {
      table[3 * b] = blocks_[b].entropy;
      table[3 * b + 1] = static_cast<double>(blocks_[b].cells.size());
      table[3 * b + 2] = blocks_[b].dropped ? 1 : 0;
    }
  if (comm_.size() > 1)  // every entry has one owner and zeros elsewhere: exact in any order
    mpi::sum_in_place(comm_, table);
  CompensatedSum bits;
  double cells = 0;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    bits.add(table[3 * b]);
    cells += table[3 * b + 1];
    if (table[3 * b + 2] != 0) dropped_ = true;
  }
  h_bits_ = bits.value();
  cells_ = static_cast<std::int64_t>(cells);
}

Reading IntervalAlgorithm::read() const {
  // Blocks are intervals of [0, 1) in order, so the symbols of a block are a short contiguous range.
  struct Part {
    double mass = 0;
    double map_error = 0;
    double cells = 0;
    double atoms = 0;
    std::vector<double> excess;
    double first = 0;
  };
  std::vector<Part> parts;
  auto const flatten = [](Part const& part) {
    std::vector<double> flat{part.mass, part.map_error, part.cells, part.atoms, part.first};
    flat.insert(flat.end(), part.excess.begin(), part.excess.end());
    return flat;
  };
  auto const part_of = [](Block const& block) {
    Part part;
    auto const counts = count(block.cells);
    part.mass = counts.mass;
    part.map_error = counts.map_error;
    part.cells = static_cast<double>(counts.cells);
    part.atoms = static_cast<double>(counts.atoms);
    if (block.cells.empty()) return part;
    auto const [low, high] = std::minmax_element(block.cells.symbols.begin(), block.cells.symbols.end());
    part.first = *low;
    part.excess.assign(static_cast<std::size_t>(*high - *low) + 1, 0.0);
    add_guess_excess(block.cells, part.excess, *low);
    return part;
  };
  Reading reading;
  CompensatedSum mass;
  CompensatedSum map_error;
  double atoms = 0;
  std::vector<double> excess(comm_.rank() == 0 ? symbols_ : 0, 0.0);
  auto const add = [&](std::vector<double> const& flat) {
    mass.add(flat[0]);
    map_error.add(flat[1]);
    reading.impure_cells += flat[2];
    atoms += flat[3];
    for (std::size_t x = 5; x < flat.size(); ++x)
      excess[static_cast<std::size_t>(flat[4]) + x - 5] += flat[x];
  };
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    int owner = 0;
    if (spread_)
      while (static_cast<std::int64_t>(b) >= mpi::share(kBlocks, owner, comm_.size()).end) ++owner;
    if (owner == comm_.rank()) {
      auto const flat = flatten(part_of(blocks_[b]));
      if (owner == 0)
        add(flat);
      else
        send(comm_, flat, 0);
    } else if (comm_.rank() == 0) {
      add(receive<double>(comm_, owner));
    }
  }
  reading.h_bits = h_bits_;
  reading.impure_mass = mass.value();
  reading.boundaries = atoms - reading.impure_cells;
  reading.bayes_error = map_error.value();
  if (comm_.rank() == 0) reading.tv_extract = total_variation(excess);
  return reading;
}

}  // namespace thresher::entropy_coupling
