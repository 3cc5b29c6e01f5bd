// The TAO type on PETSc's own objects that span a team: X^T as a parallel dense matrix, columns of X over
// ranks.

#include "prox/tao_fista.hpp"

#include "../../unit/prox/problems.hpp"
#include "linalg/petsc.hpp"
#include "prox/operators.hpp"
#include "prox/working_set.hpp"

#include <gtest/gtest.h>
#include <petscmat.h>
#include <petsctao.h>

#include <algorithm>

namespace {

using namespace thresher;
using Solver = linalg::Handle<Tao, TaoDestroy>;

struct Problem {
  linalg::Matrix transposed;  // X^T, p x n
  linalg::Vector data;
  linalg::Vector residual;
  double rows = 0;
  double lambda = 0;
};

PetscErrorCode evaluate(Tao, Vec x, PetscReal* objective, Vec gradient, void* context) {
  PetscFunctionBegin;
  auto& problem = *static_cast<Problem*>(context);
  PetscCall(MatMultTranspose(problem.transposed.get(), x, problem.residual.get()));
  PetscCall(VecAYPX(problem.residual.get(), -1, problem.data.get()));
  PetscReal norm = 0;
  PetscCall(VecNorm(problem.residual.get(), NORM_2, &norm));
  *objective = norm * norm / (2 * problem.rows);
  PetscCall(MatMult(problem.transposed.get(), problem.residual.get(), gradient));
  PetscCall(VecScale(gradient, -1 / problem.rows));
  PetscFunctionReturn(0);
}

PetscErrorCode shrink(Tao, PetscReal step, Vec in, Vec out, void* context) {
  PetscFunctionBegin;
  auto const& problem = *static_cast<Problem const*>(context);
  PetscInt size = 0;
  double* entries = nullptr;
  PetscCall(VecCopy(in, out));
  PetscCall(VecGetLocalSize(out, &size));
  PetscCall(VecGetArray(out, &entries));
  prox::soft_threshold(std::span(entries, static_cast<std::size_t>(size)), step * problem.lambda);
  PetscCall(VecRestoreArray(out, &entries));
  PetscFunctionReturn(0);
}

TEST(TeamTaoFista, SolvesTheLassoOnAParallelDenseMatrix) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  auto const regression = thresher::testing::random_regression(50, 80, 5, 0.5, 60);
  auto const mine = mpi::share(80, world.rank(), world.size());
  Problem problem;
  problem.rows = 50;
  problem.lambda = 0.3;
  linalg::check(MatCreateDense(world.get(), static_cast<PetscInt>(mine.size()), PETSC_DECIDE, 80, 50, nullptr,
                               problem.transposed.out()));
  for (auto j = mine.begin; j < mine.end; ++j)
    for (std::int64_t i = 0; i < 50; ++i)
      linalg::check(MatSetValue(problem.transposed.get(), static_cast<PetscInt>(j), static_cast<PetscInt>(i),
                                regression.a[j * 50 + i], INSERT_VALUES));
  linalg::check(MatAssemblyBegin(problem.transposed.get(), MAT_FINAL_ASSEMBLY));
  linalg::check(MatAssemblyEnd(problem.transposed.get(), MAT_FINAL_ASSEMBLY));
  linalg::Vector x;
  linalg::check(MatCreateVecs(problem.transposed.get(), problem.data.out(), x.out()));
  linalg::check(VecDuplicate(problem.data.get(), problem.residual.out()));
  PetscInt begin = 0;
  PetscInt end = 0;
  linalg::check(VecGetOwnershipRange(problem.data.get(), &begin, &end));
  for (PetscInt i = begin; i < end; ++i)
    linalg::check(VecSetValue(problem.data.get(), i, regression.b[i], INSERT_VALUES));
  linalg::check(VecAssemblyBegin(problem.data.get()));
  linalg::check(VecAssemblyEnd(problem.data.get()));

  prox::register_fista();
  Solver tao;
  linalg::check(TaoCreate(world.get(), tao.out()));
  linalg::check(TaoSetType(tao.get(), prox::kTaoFista));
  linalg::check(TaoSetSolution(tao.get(), x.get()));
  linalg::check(TaoSetObjectiveAndGradient(tao.get(), nullptr, evaluate, &problem));
  linalg::check(prox::set_proximal_operator(tao.get(), shrink, &problem));
  linalg::check(prox::set_lipschitz_constant(tao.get(), 6));  // above (1 + sqrt(80/50))^2
  linalg::check(TaoSetTolerances(tao.get(), 1e-11, 0, 0));
  linalg::check(TaoSolve(tao.get()));

  auto const alone = mpi::Communicator::self();
  auto const design = regression.design(alone);
  auto const expected =
      thresher::testing::dense(prox::WorkingSet(design, regression.b, {}).solve(0.3).coefficients, 80);
  double const* entries = nullptr;
  linalg::check(VecGetArrayRead(x.get(), &entries));
  for (auto j = mine.begin; j < mine.end; ++j) EXPECT_NEAR(entries[j - mine.begin], expected[j], 1e-8);
  linalg::check(VecRestoreArrayRead(x.get(), &entries));
}

}  // namespace
