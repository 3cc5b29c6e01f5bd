#include "experiments/entropy_coupling/solvers/reading.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::entropy_coupling {

namespace {

// Place of the MAP guess within a cell: the heaviest atom, the lowest symbol among equals.
template <class Weight>
std::size_t guess(std::span<Symbol const> symbols, std::span<Weight const> weights) {
  std::size_t best = 0;
  for (std::size_t a = 1; a < weights.size(); ++a)
    if (weights[a] > weights[best] || (weights[a] == weights[best] && symbols[a] < symbols[best])) best = a;
  return best;
}

template <class Weight>
Reading reading_of(CellCounts<Weight> const& counts, double entropy, double total) {
  Reading reading;
  reading.h_bits = entropy / total;
  reading.impure_mass = static_cast<double>(counts.mass) / total;
  reading.impure_cells = static_cast<double>(counts.cells);
  reading.boundaries = static_cast<double>(counts.atoms - counts.cells);
  reading.bayes_error = static_cast<double>(counts.map_error) / total;
  return reading;
}

}  // namespace

template <class Weight>
CellCounts<Weight> count(CellList<Weight> const& cells) {
  CellCounts<Weight> counts;
  counts.cells = static_cast<std::int64_t>(cells.size());
  counts.atoms = static_cast<std::int64_t>(cells.atoms());
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto const weights = cells.weights_of(c);
    Weight const mass = cells.mass_of(c);
    counts.mass += mass;
    counts.map_error += mass - weights[guess(cells.symbols_of(c), weights)];
  }
  return counts;
}

template <class Weight>
void add_guess_excess(CellList<Weight> const& cells, std::vector<Weight>& excess, Symbol first) {
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto const symbols = cells.symbols_of(c);
    auto const weights = cells.weights_of(c);
    for (std::size_t a = 0; a < weights.size(); ++a)
      excess[static_cast<std::size_t>(symbols[a] - first)] -= weights[a];
    excess[static_cast<std::size_t>(symbols[guess(symbols, weights)] - first)] += cells.mass_of(c);
  }
}

template <class Weight>
double total_variation(std::vector<Weight> const& excess) {
  CompensatedSum sum;
  for (Weight const e : excess) sum.add(std::abs(static_cast<double>(e)));
  return sum.value() / 2;
}

template <class Weight>
Reading read_cells(CellList<Weight> const& cells, double entropy, double total, std::size_t symbols) {
  Reading reading = reading_of(count(cells), entropy, total);
  if (cells.empty()) return reading;
  std::vector<Weight> excess(symbols, 0);
  add_guess_excess(cells, excess);
  reading.tv_extract = total_variation(excess) / total;
  return reading;
}

Reading read_cells(mpi::Communicator const& comm, MassCells const& local, double entropy, Mass total,
                   std::size_t symbols) {
  auto const whole = static_cast<double>(total);
  if (comm.size() == 1) return read_cells(local, entropy, whole, symbols);
  auto counts = count(local);
  std::int64_t sums[4] = {counts.mass, counts.map_error, counts.cells, counts.atoms};
  mpi::check(MPI_Allreduce(MPI_IN_PLACE, sums, 4, MPI_INT64_T, MPI_SUM, comm.get()), "MPI_Allreduce");
  counts = {sums[0], sums[1], sums[2], sums[3]};
  Reading reading = reading_of(counts, entropy, whole);
  if (counts.cells == 0) return reading;
  std::vector<Mass> excess(symbols, 0);
  add_guess_excess(local, excess);
  auto const size = static_cast<int>(symbols);
  if (comm.rank() == 0) {
    mpi::check(MPI_Reduce(MPI_IN_PLACE, excess.data(), size, MPI_INT64_T, MPI_SUM, 0, comm.get()),
               "MPI_Reduce");
    reading.tv_extract = total_variation(excess) / whole;
  } else {
    mpi::check(MPI_Reduce(excess.data(), nullptr, size, MPI_INT64_T, MPI_SUM, 0, comm.get()), "MPI_Reduce");
  }
  return reading;
}

template CellCounts<Mass> count(CellList<Mass> const&);
template CellCounts<double> count(CellList<double> const&);
template void add_guess_excess(CellList<Mass> const&, std::vector<Mass>&, Symbol);
template void add_guess_excess(CellList<double> const&, std::vector<double>&, Symbol);
template double total_variation(std::vector<Mass> const&);
template double total_variation(std::vector<double> const&);
template Reading read_cells(CellList<Mass> const&, double, double, std::size_t);
template Reading read_cells(CellList<double> const&, double, double, std::size_t);

}  // namespace thresher::entropy_coupling
