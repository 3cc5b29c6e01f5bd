#pragma once

#include "linalg/panel_operator.hpp"
#include "linalg/petsc.hpp"

#include <exception>
#include <functional>

namespace thresher::linalg {

/// A panel operator as a PETSc shell matrix (MATSHELL) on the operator's team, for solvers that ask for one
/// product at a time.
class ShellMatrix {
 public:
  /// `op` must outlive this object. Collective.
  explicit ShellMatrix(PanelOperator const& op);
  ShellMatrix(ShellMatrix const&) = delete;
  ShellMatrix& operator=(ShellMatrix const&) = delete;

  Mat get() const { return matrix_.get(); }
  /// A vector spread like the operator's panels. Collective.
  Vector make_vector() const;

  /// Runs a solver on this matrix: what the operator threw inside the solver is thrown from here, not
  /// PETSc's report of it. Collective.
  void run(std::function<PetscErrorCode()> const& solve);

 private:
  static PetscErrorCode multiply(Mat matrix, Vec in, Vec out);
  PanelOperator const& op_;
  Matrix matrix_;
  std::exception_ptr thrown_;
};

/// Copies one column of a panel into this rank's part of a vector, and back. Not collective.
void copy_to_vector(std::span<double const> own_column, Vec vector);
void copy_from_vector(Vec vector, std::span<double> own_column);

}  // namespace thresher::linalg
