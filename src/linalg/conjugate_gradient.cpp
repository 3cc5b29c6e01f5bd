#include "linalg/conjugate_gradient.hpp"

#include "linalg/shell_matrix.hpp"

#include <petscksp.h>

namespace thresher::linalg {

void conjugate_gradient(PanelOperator const& op, std::span<double const> own_b, std::span<double> own_x,
                        ConjugateGradientOptions const& options) {
  ShellMatrix matrix(op);
  Handle<KSP, KSPDestroy> solver;
  check(KSPCreate(op.layout().communicator().get(), solver.out()));
  auto* const ksp = solver.get();
  check(KSPSetOptionsPrefix(ksp, options.prefix.c_str()));
  check(KSPSetOperators(ksp, matrix.get(), matrix.get()));
  check(KSPSetType(ksp, KSPCG));
  PC preconditioner = nullptr;
  check(KSPGetPC(ksp, &preconditioner));
  check(PCSetType(preconditioner, PCNONE));
  check(KSPSetNormType(ksp, KSP_NORM_UNPRECONDITIONED));
  check(KSPSetTolerances(ksp, options.tolerance, PETSC_DEFAULT, PETSC_DEFAULT, options.max_steps));
  check(KSPSetFromOptions(ksp));
  auto const b = matrix.make_vector();
  auto const x = matrix.make_vector();
  copy_to_vector(own_b, b.get());
  matrix.run([&] { return KSPSolve(ksp, b.get(), x.get()); });
  copy_from_vector(x.get(), own_x);
}

}  // namespace thresher::linalg
