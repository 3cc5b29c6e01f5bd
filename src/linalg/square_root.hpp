#pragma once

#include "linalg/leading_eigenpairs.hpp"
#include "linalg/panel_operator.hpp"

namespace thresher::linalg {

struct SquareRootOptions {
  int basis_size = 60;  ///< always below the dimension: a whole basis ends in round-off that FNSQRT refuses
  double tolerance = 1e-3;
  int max_restarts = 100;
  std::string prefix = "root_";  ///< of the options in PETSc's database
};

/// A^{1/2} times each column of a panel by SLEPc's Krylov matrix function (MFN). A must be positive definite
/// beyond round-off: FNSQRT refuses a Ritz value of -1e-16. Collective.
Convergence square_root_times_panel(PanelOperator const& op, ConstMatrixView own_in, MatrixView own_out,
                                    SquareRootOptions const& options);

}  // namespace thresher::linalg
