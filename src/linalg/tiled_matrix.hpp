#pragma once

#include "linalg/lapack.hpp"
#include "linalg/petsc.hpp"
#include "linalg/tiling.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::linalg {

/// A symmetric matrix spread over a team in tiles, each rank holding an equal part (PETSc's MATSCALAPACK, a
/// grid of ranks that is as square as their number allows). Its lower triangle is what counts; the upper one
/// holds anything.
///
/// All calls are collective over `comm`, which must outlive the matrix. Throws std::runtime_error where PETSc
/// was built without ScaLAPACK or a rank's part exceeds 2^31 entries.
class TiledMatrix {
 public:
  /// Bytes of a rank's part (infinite where it is too large), and of what it sends and receives while one is
  /// filled. Not collective.
  static double bytes_per_rank(double size, int ranks);
  static double buffer_bytes(double size);

  /// Zeros.
  TiledMatrix(mpi::Communicator const& comm, std::int64_t size);

  std::int64_t size() const { return size_; }

  /// The sum of what the ranks write: `add_part` gets a range of columns and a panel of zeros for their rows
  /// columns.begin .. size() - 1, to which it adds this rank's part. The panel's upper triangle is ignored.
  using AddPart = std::function<void(mpi::Range columns, MatrixView panel)>;
  void set_sum(AddPart const& add_part);
  /// Sum over the ranks of X^T X; each holds rows of X, of which there may be none.
  void set_gram(ConstMatrixView own_rows);
  /// a A + b B, both as large as this matrix.
  void set_combination(double a, TiledMatrix const& first, double b, TiledMatrix const& second);

  /// Cholesky factor in place. Returns false, with the matrix spoilt, when it is not numerically positive
  /// definite; the same on all ranks.
  [[nodiscard]] bool factor();
  /// B <- A^{-1} B with the factor, for a B that is the same on all ranks; so is the result.
  void solve(MatrixView b) const;

 private:
  std::int64_t columns_at_once() const;
  void assemble();
  void learn_shares();

  mpi::Communicator const* comm_;
  std::int64_t size_;
  Matrix matrix_;
  std::vector<std::vector<PetscInt>> rows_;     ///< of every rank, ascending
  std::vector<std::vector<PetscInt>> columns_;  ///< rank r holds rows_[r] x columns_[r]
};

}  // namespace thresher::linalg
