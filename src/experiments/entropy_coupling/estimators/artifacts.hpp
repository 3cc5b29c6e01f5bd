#pragma once

#include "experiments/entropy_coupling/estimators/method.hpp"
#include "experiments/entropy_coupling/solvers/coupling.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// Leaves the arrays of a point that are wanted. A written coupling runs its estimator once more, with all
/// atoms. On the team's rank 0.
void leave_artifacts(SearchResult const& search, Solution const& solution, Parameters const& point,
                     study::Team& team);

/// Leaves atom_x, atom_mass and atom_code.
template <class Weight>
void store_atoms(Coupling<Weight> const& coupling, study::Team& team);

/// Appends the atoms that it is given to `coupling`.
template <class Weight>
auto atoms_of(Coupling<Weight>& coupling) {
  return [&coupling](Symbol x, std::span<std::int32_t const> code, Weight weight) {
    coupling.symbols.push_back(x);
    coupling.weights.push_back(weight);
    coupling.codes.insert(coupling.codes.end(), code.begin(), code.end());
  };
}

template <class Range>
std::vector<double> as_doubles(Range const& range) {
  return {range.begin(), range.end()};
}

}  // namespace thresher::entropy_coupling
