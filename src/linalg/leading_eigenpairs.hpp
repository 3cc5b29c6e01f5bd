#pragma once

#include "linalg/rayleigh_ritz.hpp"

#include <string>

namespace thresher::linalg {

struct EigenOptions {
  std::int64_t count = 1;
  int basis_size = 40;  ///< at least 2 count + 1 is used, never more than the dimension
  double tolerance = 1e-6;
  int max_restarts = 500;
  std::string prefix = "leading_";  ///< of the options in PETSc's database
};

/// How far the solver came. Pairs that did not converge, as happens at the edge of a bulk spectrum, are not
/// an error.
enum class Convergence { reached, not_reached };

struct LeadingEigenpairs {
  Eigenpairs pairs;
  Convergence convergence = Convergence::not_reached;
};

/// The leading eigenpairs by SLEPc's Krylov-Schur method (EPS), started from the sum of the vectors of
/// `start`. Where not all `count` pairs converge, `start` itself is handed back. Collective.
LeadingEigenpairs leading_eigenpairs(PanelOperator const& op, Eigenpairs start, EigenOptions const& options);

}  // namespace thresher::linalg
