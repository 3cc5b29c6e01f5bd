#include "experiments/entropy_coupling/solvers/codebook_newton.hpp"

#include "experiments/entropy_coupling/solvers/backtracking_line_search.hpp"
#include "linalg/petsc.hpp"
#include "linalg/slepc.hpp"

#include <petsctao.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <span>

namespace thresher::entropy_coupling {

namespace {

using linalg::check;
using TaoSolver = linalg::Handle<Tao, TaoDestroy>;

constexpr std::size_t kLargestDense = 2000;
constexpr int kMostIterations = 100;
constexpr double kGradientGoal = 1e-12;
constexpr double kGradientProof = 1e-10;
constexpr double kGradientAlone = 1e-13;  // so small that the curvature need not be looked at
constexpr double kLeastCurvature = 1e-8;
constexpr double kBetaGiveUp = 60;
constexpr double kBetaProof = 50;

double largest(std::span<double const> values) {
  double most = 0;
  for (double const v : values) most = std::max(most, std::abs(v));
  return most;
}

/// What the callbacks need. C++ exceptions must not cross PETSc: they wait here.
struct Context {
  CodebookDual& dual;
  std::exception_ptr thrown;
};

template <class Work>
PetscErrorCode guarded(Context& context, Work const& work) {
  try {
    work();
    return 0;
  } catch (...) {
    context.thrown = std::current_exception();
    return PETSC_ERR_LIB;
  }
}

/// Read access to the entries of a sequential vector.
class Entries {
 public:
  explicit Entries(Vec vector) : vector_(vector) {
    PetscInt size = 0;
    check(VecGetLocalSize(vector, &size));
    check(VecGetArrayRead(vector, &values_));
    size_ = static_cast<std::size_t>(size);
  }
  ~Entries() { VecRestoreArrayRead(vector_, &values_); }
  Entries(Entries const&) = delete;
  Entries& operator=(Entries const&) = delete;
  std::span<double const> get() const { return {values_, size_}; }

 private:
  Vec vector_;
  double const* values_ = nullptr;
  std::size_t size_ = 0;
};

template <class Work>
void overwrite(Vec vector, Work const& work) {
  PetscInt size = 0;
  double* values = nullptr;
  check(VecGetLocalSize(vector, &size));
  check(VecGetArray(vector, &values));
  work(std::span<double>(values, static_cast<std::size_t>(size)));
  check(VecRestoreArray(vector, &values));
}

PetscErrorCode objective_and_gradient(Tao, Vec x, PetscReal* objective, Vec gradient, void* data) {
  auto& context = *static_cast<Context*>(data);
  return guarded(context, [&] {
    Entries const beta(x);
    overwrite(gradient,
              [&](std::span<double> values) { *objective = context.dual.evaluate(beta.get(), values); });
  });
}

// Hess + tau I: directions in which the codebook has no curvature must not break the factorisation.
double damping(double trace, std::size_t dimension) {
  return 1e-12 * std::max(1e-3, trace / static_cast<double>(dimension));
}

PetscErrorCode dense_hessian(Tao, Vec x, Mat hessian, Mat, void* data) {
  auto& context = *static_cast<Context*>(data);
  return guarded(context, [&] {
    Entries const beta(x);
    auto const d = static_cast<std::int64_t>(context.dual.dimension());
    double* values = nullptr;
    check(MatDenseGetArray(hessian, &values));
    linalg::MatrixView const view(values, d, d);
    context.dual.hessian(beta.get(), view);
    double trace = 0;
    for (std::int64_t f = 0; f < d; ++f) trace += view(f, f);
    for (std::int64_t f = 0; f < d; ++f) view(f, f) += damping(trace, context.dual.dimension());
    check(MatDenseRestoreArray(hessian, &values));
    check(MatAssemblyBegin(hessian, MAT_FINAL_ASSEMBLY));
    check(MatAssemblyEnd(hessian, MAT_FINAL_ASSEMBLY));
  });
}

PetscErrorCode prepare_shell(Tao, Vec x, Mat hessian, Mat, void* data) {
  auto& context = *static_cast<Context*>(data);
  return guarded(context, [&] {
    Entries const beta(x);
    context.dual.prepare_products(beta.get());
    check(MatAssemblyBegin(hessian, MAT_FINAL_ASSEMBLY));
    check(MatAssemblyEnd(hessian, MAT_FINAL_ASSEMBLY));
  });
}

PetscErrorCode multiply_shell(Mat hessian, Vec in, Vec out) {
  void* data = nullptr;
  if (PetscErrorCode const code = MatShellGetContext(hessian, static_cast<void*>(&data)); code != 0)
    return code;
  auto& context = *static_cast<Context*>(data);
  return guarded(context, [&] {
    Entries const vector(in);
    // A diagonal of P_x Cov_x is at most 1/4, so the damping is that of the smallest trace.
    double const tau = damping(0, context.dual.dimension());
    overwrite(out, [&](std::span<double> values) {
      context.dual.hessian_times(vector.get(), values);
      for (std::size_t f = 0; f < values.size(); ++f) values[f] += tau * vector.get()[f];
    });
  });
}

PetscErrorCode stop_when_done(Tao tao, void*) {
  PetscInt iteration = 0;
  if (PetscErrorCode const code = TaoGetIterationNumber(tao, &iteration); code != 0) return code;
  Vec gradient = nullptr;
  Vec beta = nullptr;
  PetscReal largest_gradient = 0;
  PetscReal largest_beta = 0;
  if (PetscErrorCode const code = TaoGetGradient(tao, &gradient, nullptr, nullptr); code != 0) return code;
  if (PetscErrorCode const code = TaoGetSolution(tao, &beta); code != 0) return code;
  if (PetscErrorCode const code = VecNorm(gradient, NORM_INFINITY, &largest_gradient); code != 0) return code;
  if (PetscErrorCode const code = VecNorm(beta, NORM_INFINITY, &largest_beta); code != 0) return code;
  TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
  if (largest_gradient <= kGradientGoal)
    reason = TAO_CONVERGED_USER;
  else if (!(largest_beta <= kBetaGiveUp))
    reason = TAO_DIVERGED_USER;
  else if (iteration >= kMostIterations)
    reason = TAO_DIVERGED_MAXITS;
  return TaoSetConvergedReason(tao, reason);
}

/// A lower bound on the smallest eigenvalue of the prepared Hessian by Krylov-Schur: Ritz value minus
/// residual.
double least_curvature_of_shell(Mat hessian) {
  linalg::EigenSolver solver;
  check(EPSCreate(PETSC_COMM_SELF, solver.out()));
  check(EPSSetOptionsPrefix(solver.get(), "entropy_coupling_curvature_"));
  check(EPSSetOperators(solver.get(), hessian, nullptr));
  check(EPSSetProblemType(solver.get(), EPS_HEP));
  check(EPSSetWhichEigenpairs(solver.get(), EPS_SMALLEST_REAL));
  check(EPSSetTolerances(solver.get(), 1e-3, 300));
  check(EPSSetFromOptions(solver.get()));
  check(EPSSolve(solver.get()));
  PetscInt converged = 0;
  check(EPSGetConverged(solver.get(), &converged));
  if (converged == 0) return 0;
  double value = 0;
  double residual = 0;
  check(EPSGetEigenvalue(solver.get(), 0, &value, nullptr));
  check(EPSComputeError(solver.get(), 0, EPS_ERROR_ABSOLUTE, &residual));
  return value - residual;
}

double least_curvature(CodebookDual& dual, std::span<double const> beta, Mat shell) {
  if (shell != nullptr) {
    dual.prepare_products(beta);
    return least_curvature_of_shell(shell);
  }
  auto const d = static_cast<std::int64_t>(dual.dimension());
  std::vector<double> values(dual.dimension() * dual.dimension());
  std::vector<double> eigenvalues(dual.dimension());
  linalg::MatrixView const view(values.data(), d, d);
  dual.hessian(beta, view);
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::upper, view, eigenvalues);
  return eigenvalues.front();
}

}  // namespace

DualEnd minimise_dual(CodebookDual& dual) {
  auto const d = static_cast<PetscInt>(dual.dimension());
  bool const dense = dual.dimension() <= kLargestDense;
  Context context{dual, nullptr};
  linalg::Vector beta;
  linalg::Matrix hessian;
  TaoSolver tao;
  check(VecCreateSeq(PETSC_COMM_SELF, d, beta.out()));
  check(VecSet(beta.get(), 0));
  if (dense) {
    check(MatCreateSeqDense(PETSC_COMM_SELF, d, d, nullptr, hessian.out()));
    check(MatSetOption(hessian.get(), MAT_SPD, PETSC_TRUE));
  } else {
    check(MatCreateShell(PETSC_COMM_SELF, d, d, d, d, &context, hessian.out()));
    check(MatShellSetOperation(hessian.get(), MATOP_MULT, reinterpret_cast<void (*)()>(multiply_shell)));
  }
  check(TaoCreate(PETSC_COMM_SELF, tao.out()));
  check(TaoSetOptionsPrefix(tao.get(), "entropy_coupling_codebook_"));
  check(TaoSetType(tao.get(), TAONLS));
  check(TaoSetSolution(tao.get(), beta.get()));
  check(TaoSetObjectiveAndGradient(tao.get(), nullptr, objective_and_gradient, &context));
  check(TaoSetHessian(tao.get(), hessian.get(), hessian.get(), dense ? dense_hessian : prepare_shell,
                      &context));
  check(TaoSetConvergenceTest(tao.get(), stop_when_done, nullptr));
  check(TaoSetMaximumIterations(tao.get(), kMostIterations));
  TaoLineSearch line_search = nullptr;
  check(TaoGetLineSearch(tao.get(), &line_search));
  set_backtracking(line_search);
  KSP linear_solver = nullptr;
  PC preconditioner = nullptr;
  check(TaoGetKSP(tao.get(), &linear_solver));
  check(KSPGetPC(linear_solver, &preconditioner));
  check(KSPSetType(linear_solver, dense ? KSPPREONLY : KSPCG));
  check(PCSetType(preconditioner, dense ? PCCHOLESKY : PCNONE));
  if (!dense) check(KSPSetTolerances(linear_solver, 1e-6, PETSC_DEFAULT, PETSC_DEFAULT, 2000));
  check(TaoSetFromOptions(tao.get()));

  PetscErrorCode const code = TaoSolve(tao.get());
  if (context.thrown) std::rethrow_exception(context.thrown);
  check(code);

  DualEnd end;
  {
    Entries const last(beta.get());
    end.beta.assign(last.get().begin(), last.get().end());
  }
  std::vector<double> gradient(dual.dimension());
  dual.evaluate(end.beta, gradient);
  end.largest_gradient = largest(gradient);
  if (end.largest_gradient <= kGradientProof && largest(end.beta) <= kBetaProof)
    end.certified = end.largest_gradient <= kGradientAlone ||
                    least_curvature(dual, end.beta, dense ? nullptr : hessian.get()) >= kLeastCurvature;
  if (context.thrown) std::rethrow_exception(context.thrown);
  return end;
}

}  // namespace thresher::entropy_coupling
