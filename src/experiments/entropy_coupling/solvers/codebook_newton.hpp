#pragma once

#include "experiments/entropy_coupling/solvers/codebook_dual.hpp"

#include <vector>

namespace thresher::entropy_coupling {

/// Where the minimisation of a codebook's dual ended.
struct DualEnd {
  std::vector<double> beta;
  double largest_gradient = 0;
  /// Whether this proves that codeword masses with the prescribed marginals exist: the gradient vanishes,
  /// beta is finite and the Hessian is bounded away from singular (the residual can then be removed exactly
  /// by a small change of beta, by the implicit function theorem).
  bool certified = false;
};

/// Minimises the dual from beta = 0 by Newton's method under PETSc TAO (type nls; options prefix
/// `entropy_coupling_codebook_`): dense Hessian and Cholesky up to dimension 2000, beyond it Hessian-vector
/// products and conjugate gradients. It diverges where the codebook has no solution: that is the answer, not
/// an error. Rank 0 of the dual's communicator calls it, the other ranks `serve`.
DualEnd minimise_dual(CodebookDual& dual);

}  // namespace thresher::entropy_coupling
