#include "linalg/shell_matrix.hpp"

#include <algorithm>
#include <utility>

namespace thresher::linalg {

ShellMatrix::ShellMatrix(PanelOperator const& op) : op_(op) {
  auto const& layout = op.layout();
  auto const own = static_cast<PetscInt>(layout.owned().size());
  auto const all = static_cast<PetscInt>(layout.rows());
  check(MatCreateShell(layout.communicator().get(), own, own, all, all, this, matrix_.out()));
  check(MatShellSetOperation(matrix_.get(), MATOP_MULT, reinterpret_cast<void (*)()>(&multiply)));
  check(MatSetOption(matrix_.get(), MAT_SYMMETRIC, PETSC_TRUE));
}

Vector ShellMatrix::make_vector() const {
  Vector vector;
  check(MatCreateVecs(matrix_.get(), vector.out(), nullptr));
  return vector;
}

void ShellMatrix::run(std::function<PetscErrorCode()> const& solve) {
  thrown_ = nullptr;
  auto const code = solve();
  if (thrown_) {
    try {
      check(code);  // drops the report that PETSc has collected
    } catch (std::exception const&) {
    }
    std::rethrow_exception(std::exchange(thrown_, nullptr));
  }
  check(code);
}

PetscErrorCode ShellMatrix::multiply(Mat matrix, Vec in, Vec out) {
  // An exception must not cross PETSc's frames.
  void* context = nullptr;
  if (auto const code = MatShellGetContext(matrix, &context); code != 0) return code;
  auto& self = *static_cast<ShellMatrix*>(context);
  double const* from = nullptr;
  double* to = nullptr;
  if (auto const code = VecGetArrayRead(in, &from); code != 0) return code;
  if (auto const code = VecGetArrayWrite(out, &to); code != 0) return code;
  auto const own = self.op_.layout().owned().size();
  try {
    self.op_.apply({from, own, 1}, {to, own, 1});
  } catch (...) {
    self.thrown_ = std::current_exception();
  }
  if (auto const code = VecRestoreArrayWrite(out, &to); code != 0) return code;
  if (auto const code = VecRestoreArrayRead(in, &from); code != 0) return code;
  return self.thrown_ ? PETSC_ERR_LIB : 0;
}

void copy_to_vector(std::span<double const> own_column, Vec vector) {
  double* to = nullptr;
  check(VecGetArrayWrite(vector, &to));
  std::ranges::copy(own_column, to);
  check(VecRestoreArrayWrite(vector, &to));
}

void copy_from_vector(Vec vector, std::span<double> own_column) {
  double const* from = nullptr;
  check(VecGetArrayRead(vector, &from));
  std::copy_n(from, own_column.size(), own_column.begin());
  check(VecRestoreArrayRead(vector, &from));
}

}  // namespace thresher::linalg
