#include "../trial.hpp"
#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/solvers/group_threshold.hpp"
#include "linalg/petsc.hpp"

#include <gtest/gtest.h>
#include <slepcsvd.h>

#include <algorithm>
#include <vector>

namespace thresher::group_matrix {
namespace {

using namespace testing;
using linalg::check;

/// The observed rows of the data, times `values`, and parts of low rank, as a matrix of PETSc's: rows as the
/// ranks hold them, columns shared.
class ShellRows {
 public:
  ShellRows(mpi::Communicator const& comm, RowOperator const& rows, std::int64_t own, std::int64_t columns)
      : comm_(comm), rows_(rows), own_(own), columns_(columns) {
    check(MatCreateShell(comm.get(), static_cast<PetscInt>(own), PETSC_DECIDE, PETSC_DETERMINE,
                         static_cast<PetscInt>(columns), this, &matrix_));
    check(MatShellSetOperation(matrix_, MATOP_MULT, reinterpret_cast<void (*)()>(&multiply)));
    check(MatShellSetOperation(matrix_, MATOP_MULT_TRANSPOSE, reinterpret_cast<void (*)()>(&transposed)));
  }
  ~ShellRows() { MatDestroy(&matrix_); }
  ShellRows(ShellRows const&) = delete;
  ShellRows& operator=(ShellRows const&) = delete;
  Mat get() const { return matrix_; }

 private:
  static ShellRows& self(Mat matrix) {
    void* context = nullptr;
    check(MatShellGetContext(matrix, &context));
    return *static_cast<ShellRows*>(context);
  }
  static PetscErrorCode multiply(Mat matrix, Vec x, Vec y) {
    auto const& shell = self(matrix);
    PetscInt begin = 0;
    PetscInt end = 0;
    check(VecGetOwnershipRange(x, &begin, &end));
    linalg::DenseMatrix whole(shell.columns_, 1), image(1, shell.own_);
    double const* entries = nullptr;
    check(VecGetArrayRead(x, &entries));
    std::copy(entries, entries + (end - begin), whole.values().begin() + begin);
    check(VecRestoreArrayRead(x, &entries));
    mpi::sum_in_place(shell.comm_, whole.values());
    shell.rows_.multiply(0, whole.view(), image.view());
    double* out = nullptr;
    check(VecGetArray(y, &out));
    std::ranges::copy(image.values(), out);
    check(VecRestoreArray(y, &out));
    return 0;
  }
  static PetscErrorCode transposed(Mat matrix, Vec x, Vec y) {
    auto const& shell = self(matrix);
    linalg::DenseMatrix part(1, shell.own_), image(shell.columns_, 1);
    double const* entries = nullptr;
    check(VecGetArrayRead(x, &entries));
    std::copy(entries, entries + shell.own_, part.values().begin());
    check(VecRestoreArrayRead(x, &entries));
    shell.rows_.multiply_transposed(0, part.view(), image.view());
    mpi::sum_in_place(shell.comm_, image.values());
    PetscInt begin = 0;
    PetscInt end = 0;
    check(VecGetOwnershipRange(y, &begin, &end));
    double* out = nullptr;
    check(VecGetArray(y, &out));
    std::copy(image.values().begin() + begin, image.values().begin() + end, out);
    check(VecRestoreArray(y, &out));
    return 0;
  }

  mpi::Communicator const& comm_;
  RowOperator const& rows_;
  std::int64_t own_;
  std::int64_t columns_;
  Mat matrix_ = nullptr;
};

std::vector<double> values_by_slepc(ShellRows const& matrix, std::int64_t count) {
  SVD svd = nullptr;
  PetscInt converged = 0;
  std::vector<double> values(static_cast<std::size_t>(count));
  check(SVDCreate(PETSC_COMM_WORLD, &svd));
  check(SVDSetOperators(svd, matrix.get(), nullptr));
  check(SVDSetType(svd, SVDTRLANCZOS));
  check(SVDSetDimensions(svd, static_cast<PetscInt>(count), PETSC_DEFAULT, PETSC_DEFAULT));
  check(SVDSetTolerances(svd, 1e-11, 1000));
  check(SVDSolve(svd));
  check(SVDGetConverged(svd, &converged));
  EXPECT_GE(converged, count);
  for (PetscInt k = 0; k < std::min<PetscInt>(converged, static_cast<PetscInt>(count)); ++k)
    check(SVDGetSingularTriplet(svd, k, &values[static_cast<std::size_t>(k)], nullptr, nullptr));
  check(SVDDestroy(&svd));
  return values;
}

/// Warm block subspaces on sparse and factored rows, cold and after a change, beside a Lanczos method.
TEST(SingularValues, AreThoseOfSlepc) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  study::Team team(world);
  team.begin_trial({"test\n", 2});
  auto point = small();
  point.n_rows = 400;
  point.n_cols = 200;
  point.density = 0.3;
  MatrixData const data(point, team);
  auto const& observations = data.observations();
  FactoredMatrix factored;
  GroupThreshold threshold(world, observations.columns(), {&data.whole()}, {.guard = 8, .products = 3});
  for (std::size_t const rank : {6, 9}) {
    SparseAndFactoredRows const x(observations, observations.values(), {&data.whole()}, {{&factored, -0.5}});
    ShellRows const shell(world, x, observations.own().size(), observations.columns());
    auto const values = values_by_slepc(shell, static_cast<std::int64_t>(rank) + 1);
    double const level = (values[rank - 1] + values[rank]) / 2;
    ThresholdedRows found;
    for (int call = 0; call < 40; ++call) found = threshold(x, std::vector{level}).front();
    ASSERT_EQ(found.rank(), static_cast<std::int64_t>(rank));
    for (std::size_t k = 0; k < rank; ++k)
      EXPECT_NEAR(found.singular_values[k], values[k], 1e-8 * values.front());
    factored.add({&data.whole(), std::move(found.vectors), std::move(found.coefficients)});
  }
}

}  // namespace
}  // namespace thresher::group_matrix
