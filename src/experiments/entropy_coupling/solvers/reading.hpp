#pragma once

#include "experiments/entropy_coupling/model/cells.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>

namespace thresher::entropy_coupling {

/// What a coupling tells of X: everything here follows from the impure cells alone.
struct Reading {
  double h_bits = 0;
  double impure_mass = 0;
  double impure_cells = 0;
  double boundaries = 0;
  /// sum over cells of (mass - largest atom): error of the maximum a posteriori decoder.
  double bayes_error = 0;
  /// Total variation between P and the law of the MAP guess (ties: lowest symbol).
  double tv_extract = 0;
};

/// Counts of a part of the cells, in the units of the weights. Sums of integer masses are exact, so that
/// parts may be added in any order.
template <class Weight>
struct CellCounts {
  Weight mass = 0;
  Weight map_error = 0;
  std::int64_t cells = 0;
  std::int64_t atoms = 0;
};

template <class Weight>
CellCounts<Weight> count(CellList<Weight> const& cells);

/// Adds, for each symbol, the mass that the MAP guess gives it beyond what it has: excess[x - first] for x >=
/// first.
template <class Weight>
void add_guess_excess(CellList<Weight> const& cells, std::vector<Weight>& excess, Symbol first = 0);

/// Half the sum of absolute values: the total variation that the excesses amount to.
template <class Weight>
double total_variation(std::vector<Weight> const& excess);

/// Reading of cells that one rank holds in whole; `entropy` in bits times mass, `total` mass of the law,
/// `symbols` size of X's alphabet.
template <class Weight>
Reading read_cells(CellList<Weight> const& cells, double entropy, double total, std::size_t symbols);

/// The same for cells spread over the ranks of `comm`; rank 0 gets it. Collective.
Reading read_cells(mpi::Communicator const& comm, MassCells const& local, double entropy, Mass total,
                   std::size_t symbols);

}  // namespace thresher::entropy_coupling
