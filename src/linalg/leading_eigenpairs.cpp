#include "linalg/leading_eigenpairs.hpp"

#include "linalg/shell_matrix.hpp"
#include "linalg/slepc.hpp"

#include <algorithm>

namespace thresher::linalg {

LeadingEigenpairs leading_eigenpairs(PanelOperator const& op, Eigenpairs start, EigenOptions const& options) {
  ShellMatrix matrix(op);
  EigenSolver solver;
  auto const dimension = op.layout().rows();
  auto const count = static_cast<PetscInt>(options.count);
  auto const basis = static_cast<PetscInt>(
      std::min<std::int64_t>(dimension, std::max<std::int64_t>(2 * options.count + 1, options.basis_size)));
  check(EPSCreate(op.layout().communicator().get(), solver.out()));
  auto* const eps = solver.get();
  check(EPSSetOptionsPrefix(eps, options.prefix.c_str()));
  check(EPSSetOperators(eps, matrix.get(), nullptr));
  check(EPSSetProblemType(eps, EPS_HEP));
  check(EPSSetType(eps, EPSKRYLOVSCHUR));
  check(EPSSetWhichEigenpairs(eps, EPS_LARGEST_REAL));
  check(EPSSetDimensions(eps, count, basis, PETSC_DEFAULT));
  check(EPSSetTolerances(eps, options.tolerance, options.max_restarts));
  // The projected problem is solved by one rank and broadcast: it decides when all of them stop.
  DS projected = nullptr;
  check(EPSGetDS(eps, &projected));
  check(DSSetParallel(projected, DS_PARALLEL_SYNCHRONIZED));

  auto const initial = matrix.make_vector();
  std::vector<double> sum(static_cast<std::size_t>(op.layout().owned().size()));
  for (std::int64_t j = 0; j < start.own_vectors.columns(); ++j)
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += start.own_vectors.column(j)[i];
  copy_to_vector(sum, initial.get());
  Vec first = initial.get();
  check(EPSSetInitialSpace(eps, 1, &first));
  check(EPSSetFromOptions(eps));
  matrix.run([&] { return EPSSolve(eps); });

  PetscInt converged = 0;
  check(EPSGetConverged(eps, &converged));
  if (converged < count) return {std::move(start), Convergence::not_reached};
  LeadingEigenpairs found{{{}, DenseMatrix(op.layout().owned().size(), options.count)}, Convergence::reached};
  auto const vector = matrix.make_vector();
  for (PetscInt k = 0; k < count; ++k) {
    PetscScalar value = 0;
    check(EPSGetEigenpair(eps, k, &value, nullptr, vector.get(), nullptr));
    found.pairs.values.push_back(value);
    copy_from_vector(vector.get(), found.pairs.own_vectors.column(k));
  }
  return found;
}

}  // namespace thresher::linalg
