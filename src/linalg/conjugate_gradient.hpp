#pragma once

#include "linalg/panel_operator.hpp"

#include <span>
#include <string>

namespace thresher::linalg {

struct ConjugateGradientOptions {
  double tolerance = 1e-6;  ///< of the residual, relative to the right-hand side
  int max_steps = 60;
  std::string prefix = "gradient_";  ///< of the options in PETSc's database
};

/// Solves A x = b for a positive definite operator by PETSc's conjugate gradients without preconditioner,
/// from 0; stops quietly at `max_steps`, with what there is. This rank's rows of b and x. Collective.
void conjugate_gradient(PanelOperator const& op, std::span<double const> own_b, std::span<double> own_x,
                        ConjugateGradientOptions const& options);

}  // namespace thresher::linalg
