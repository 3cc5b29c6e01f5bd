#include "prox/tao_fista.hpp"

#include "linalg/petsc.hpp"
#include "prox/operators.hpp"

#include <gtest/gtest.h>
#include <petscmat.h>
#include <petsctao.h>

#include <cmath>

namespace {

using namespace thresher;
using Solver = linalg::Handle<Tao, TaoDestroy>;

// f(x) = sum d_i (x_i - a_i)^2/2, g = |x|_1: x_i = a_i shrunk by 1/d_i.
struct Separable {
  static double curvature(PetscInt i) { return 1.0 + static_cast<double>(i % 7); }
  static double centre(PetscInt i) { return 2 * std::sin(static_cast<double>(i)); }
};

PetscErrorCode evaluate(Tao, Vec x, PetscReal* objective, Vec gradient, void*) {
  PetscFunctionBegin;
  PetscInt size = 0;
  double const* from = nullptr;
  double* to = nullptr;
  PetscCall(VecGetLocalSize(x, &size));
  PetscCall(VecGetArrayRead(x, &from));
  PetscCall(VecGetArray(gradient, &to));
  *objective = 0;
  for (PetscInt i = 0; i < size; ++i) {
    double const distance = from[i] - Separable::centre(i);
    to[i] = Separable::curvature(i) * distance;
    *objective += Separable::curvature(i) * distance * distance / 2;
  }
  PetscCall(VecRestoreArrayRead(x, &from));
  PetscCall(VecRestoreArray(gradient, &to));
  PetscFunctionReturn(0);
}

PetscErrorCode shrink(Tao, PetscReal step, Vec in, Vec out, void*) {
  PetscFunctionBegin;
  PetscInt size = 0;
  double const* from = nullptr;
  double* to = nullptr;
  PetscCall(VecGetLocalSize(in, &size));
  PetscCall(VecGetArrayRead(in, &from));
  PetscCall(VecGetArray(out, &to));
  for (PetscInt i = 0; i < size; ++i) to[i] = prox::soft_threshold(from[i], step);
  PetscCall(VecRestoreArrayRead(in, &from));
  PetscCall(VecRestoreArray(out, &to));
  PetscFunctionReturn(0);
}

Solver make_solver(Vec x) {
  prox::register_fista();
  Solver tao;
  linalg::check(TaoCreate(PETSC_COMM_SELF, tao.out()));
  linalg::check(TaoSetType(tao.get(), prox::kTaoFista));
  linalg::check(TaoSetSolution(tao.get(), x));
  linalg::check(TaoSetObjectiveAndGradient(tao.get(), nullptr, evaluate, nullptr));
  return tao;
}

TEST(TaoFista, FindsTheMinimiserWithTaosOwnConvergenceTest) {
  linalg::Vector x;
  linalg::check(VecCreateSeq(PETSC_COMM_SELF, 40, x.out()));
  auto const tao = make_solver(x.get());
  linalg::check(prox::set_proximal_operator(tao.get(), shrink, nullptr));
  linalg::check(prox::set_lipschitz_constant(tao.get(), 7));
  linalg::check(TaoSetTolerances(tao.get(), 1e-10, 0, 0));
  linalg::check(TaoSolve(tao.get()));
  TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
  linalg::check(TaoGetConvergedReason(tao.get(), &reason));
  EXPECT_EQ(reason, TAO_CONVERGED_GATOL);
  double const* entries = nullptr;
  linalg::check(VecGetArrayRead(x.get(), &entries));
  for (PetscInt i = 0; i < 40; ++i)
    EXPECT_NEAR(entries[i], prox::soft_threshold(Separable::centre(i), 1 / Separable::curvature(i)), 1e-9);
  linalg::check(VecRestoreArrayRead(x.get(), &entries));
}

TEST(TaoFista, MonitorsSeeEveryIteration) {
  linalg::Vector x;
  linalg::check(VecCreateSeq(PETSC_COMM_SELF, 40, x.out()));
  auto const tao = make_solver(x.get());
  linalg::check(prox::set_proximal_operator(tao.get(), shrink, nullptr));
  linalg::check(prox::set_lipschitz_constant(tao.get(), 7));
  int calls = 0;
  linalg::check(TaoSetMonitor(
      tao.get(),
      [](Tao, void* count) -> PetscErrorCode {
        ++*static_cast<int*>(count);
        return 0;
      },
      &calls, nullptr));
  linalg::check(TaoSetMaximumIterations(tao.get(), 5));
  linalg::check(TaoSetTolerances(tao.get(), 0, 0, 0));
  linalg::check(TaoSolve(tao.get()));
  EXPECT_EQ(calls, 5);
}

TEST(TaoFista, SaysWhatIsMissing) {
  linalg::Vector x;
  linalg::check(VecCreateSeq(PETSC_COMM_SELF, 3, x.out()));
  auto const tao = make_solver(x.get());
  EXPECT_THROW(linalg::check(TaoSolve(tao.get())), std::runtime_error);
  linalg::check(prox::set_proximal_operator(tao.get(), shrink, nullptr));
  EXPECT_THROW(linalg::check(TaoSolve(tao.get())), std::runtime_error);
}

}  // namespace
