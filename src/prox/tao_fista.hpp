#pragma once

#include "linalg/petsc.hpp"

#include <petsctao.h>

namespace thresher::prox {

/// Name of the TAO type that minimises f(x) + g(x), f smooth with an L-Lipschitz gradient and g with a
/// proximal operator, by FISTA (Beck & Teboulle 2009) with adaptive restart of the momentum (O'Donoghue &
/// Candes 2015).
///
/// f and its gradient come from TaoSetObjectiveAndGradient; `set_proximal_operator` and
/// `set_lipschitz_constant` are required before TaoSolve. What TAO monitors at iteration k is f at the
/// extrapolated point and the norm of the gradient mapping L ||v - x+||, zero at a minimiser; the default
/// convergence test reads that norm. The iterate is the Tao's solution, also inside a convergence test of
/// one's own.
inline constexpr char const* kTaoFista = "fista";

/// Makes the type known to TAO. May be called again.
void register_fista();

/// out = argmin_u g(u) + ||u - in||^2/(2 step); `in` and `out` differ. Collective.
using ProximalOperator = PetscErrorCode (*)(Tao tao, PetscReal step, Vec in, Vec out, void* context);
PetscErrorCode set_proximal_operator(Tao tao, ProximalOperator apply, void* context);

/// What the method carries from one iteration to the next beside the iterate, as a convergence test or the
/// end of a solve finds it. `extrapolated` is borrowed, and there once the Tao is set up.
PetscErrorCode get_momentum(Tao tao, PetscReal* momentum, Vec* extrapolated);
/// Lets the next TaoSolve go on behind `iteration` with this momentum, the solution and the extrapolated
/// point as they are, instead of starting at the solution.
PetscErrorCode continue_from(Tao tao, PetscInt iteration, PetscReal momentum);

/// Upper bound of the largest eigenvalue of the Hessian of f. > 0, the same on all ranks.
PetscErrorCode set_lipschitz_constant(Tao tao, PetscReal constant);

}  // namespace thresher::prox
