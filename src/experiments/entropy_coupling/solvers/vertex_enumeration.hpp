#pragma once

#include "experiments/entropy_coupling/model/law.hpp"
#include "experiments/entropy_coupling/solvers/coupling.hpp"

#include <cstdint>
#include <span>

namespace thresher::entropy_coupling {

/// An optimal coupling and its H(X|Y) in bits.
struct Optimum {
  double h_bits = 0;
  Coupling<double> coupling;
};

/// Number of column sets that `minimum_coupling` looks at: (n prod k_i) choose (n + sum (k_i - 1)); infinity
/// when it is beyond a double.
double candidate_bases(std::int64_t symbols, std::span<std::int64_t const> alphabets);

/// The minimum of H(X|Y_1..Y_m) over all couplings: H is concave in the joint law, so some vertex of the
/// coupling polytope attains it, and all of them are enumerated. For tiny sizes only.
Optimum minimum_coupling(Law const& law, std::span<Law const> observations);

}  // namespace thresher::entropy_coupling
