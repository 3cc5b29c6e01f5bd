#include "linalg/square_root.hpp"

#include "linalg/shell_matrix.hpp"
#include "linalg/slepc.hpp"

#include <algorithm>

namespace thresher::linalg {

Convergence square_root_times_panel(PanelOperator const& op, ConstMatrixView own_in, MatrixView own_out,
                                    SquareRootOptions const& options) {
  ShellMatrix matrix(op);
  MatrixFunctionSolver solver;
  check(MFNCreate(op.layout().communicator().get(), solver.out()));
  auto* const mfn = solver.get();
  check(MFNSetOptionsPrefix(mfn, options.prefix.c_str()));
  check(MFNSetOperator(mfn, matrix.get()));
  check(MFNSetType(mfn, MFNKRYLOV));
  FN function = nullptr;
  check(MFNGetFN(mfn, &function));
  check(FNSetType(function, FNSQRT));
  check(FNSetParallel(function, FN_PARALLEL_SYNCHRONIZED));
  check(MFNSetDimensions(
      mfn, static_cast<PetscInt>(std::clamp<std::int64_t>(op.layout().rows() - 1, 1, options.basis_size))));
  check(MFNSetTolerances(mfn, options.tolerance, options.max_restarts));
  check(MFNSetFromOptions(mfn));

  auto const in = matrix.make_vector();
  auto const out = matrix.make_vector();
  auto convergence = Convergence::reached;
  for (std::int64_t j = 0; j < own_in.columns; ++j) {
    copy_to_vector(own_in.column(j), in.get());
    matrix.run([&] { return MFNSolve(mfn, in.get(), out.get()); });
    MFNConvergedReason reason = MFN_CONVERGED_ITERATING;
    check(MFNGetConvergedReason(mfn, &reason));
    if (reason < 0) convergence = Convergence::not_reached;
    copy_from_vector(out.get(), own_out.column(j));
  }
  return convergence;
}

}  // namespace thresher::linalg
