#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

/// Dense kernels of BLAS and LAPACK on matrices that one rank holds. Nothing here is collective. Matrices are
/// column-major. Shapes are preconditions (asserted); every extent must be below 2^31 (std::length_error).
namespace thresher::linalg {

/// A matrix in somebody else's memory: entry (i, j) is data[i + j * leading].
template <class T>
struct BasicMatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t leading = 0;

  BasicMatrixView() = default;
  BasicMatrixView(T* first, std::int64_t row_count, std::int64_t column_count, std::int64_t leading_dimension)
      : data(first), rows(row_count), columns(column_count), leading(leading_dimension) {}
  /// Contiguous columns.
  BasicMatrixView(T* first, std::int64_t row_count, std::int64_t column_count)
      : BasicMatrixView(first, row_count, column_count, row_count > 0 ? row_count : 1) {}
  /// A mutable view is a constant one.
  template <class U>
  requires(!std::is_same_v<U, T> && std::is_convertible_v<U*, T*>) BasicMatrixView(BasicMatrixView<U> other)
      : BasicMatrixView(other.data, other.rows, other.columns, other.leading) {}

  T& operator()(std::int64_t i, std::int64_t j) const { return data[i + j * leading]; }
  std::span<T> column(std::int64_t j) const { return {data + j * leading, static_cast<std::size_t>(rows)}; }
  BasicMatrixView block(std::int64_t row, std::int64_t column, std::int64_t row_count,
                        std::int64_t column_count) const {
    return {data + row + column * leading, row_count, column_count, leading};
  }
};
using MatrixView = BasicMatrixView<double>;
using ConstMatrixView = BasicMatrixView<double const>;

enum class Transpose : char { no = 'N', yes = 'T' };
enum class Triangle : char { upper = 'U', lower = 'L' };
enum class Side : char { left = 'L', right = 'R' };
enum class Eigenvectors : char { none = 'N', wanted = 'V' };

/// C <- alpha op(A) op(B) + beta C.
void gemm(Transpose of_a, Transpose of_b, double alpha, ConstMatrixView a, ConstMatrixView b, double beta,
          MatrixView c);
/// y <- alpha op(A) x + beta y.
void gemv(Transpose of_a, double alpha, ConstMatrixView a, std::span<double const> x, double beta,
          std::span<double> y);
/// One triangle of C <- alpha A A^T + beta C (Transpose::no) or alpha A^T A + beta C (Transpose::yes).
void syrk(Triangle triangle, Transpose of_a, double alpha, ConstMatrixView a, double beta, MatrixView c);
/// y <- alpha A x + beta y for symmetric A of which one triangle is read.
void symv(Triangle triangle, double alpha, ConstMatrixView a, std::span<double const> x, double beta,
          std::span<double> y);
/// B <- alpha op(A)^{-1} B (Side::left) or alpha B op(A)^{-1} (Side::right) for triangular A.
void trsm(Side side, Triangle triangle, Transpose of_a, double alpha, ConstMatrixView a, MatrixView b);

/// Copies one triangle of a square matrix onto the other.
void symmetrize(Triangle from, MatrixView a);

/// Cholesky factor in place of one triangle of a symmetric matrix (A = L L^T or U^T U). Returns false, with
/// the matrix spoilt, when it is not numerically positive definite.
[[nodiscard]] bool potrf(Triangle triangle, MatrixView a);
/// B <- A^{-1} B with the factor that potrf left.
void potrs(Triangle triangle, ConstMatrixView factor, MatrixView b);

/// Eigenvalues (ascending) of the symmetric matrix of which one triangle is read; A becomes its eigenvectors,
/// or is spoilt. Throws std::runtime_error when the iteration fails.
void syevd(Eigenvectors vectors, Triangle triangle, MatrixView a, std::span<double> eigenvalues);

/// QR factorisation in place: R in the upper triangle, the reflectors below, their scalars in `tau` (min of
/// the extents).
void geqrf(MatrixView a, std::span<double> tau);
/// Q (the first a.columns columns) from what geqrf left; tau.size() reflectors are used.
void orgqr(MatrixView a, std::span<double const> tau);

/// Least squares min ||A x - b|| for A of full rank, rows >= columns; A is spoilt, the solutions are the
/// first a.columns rows of B. Throws std::runtime_error when A has not full rank.
void gels(MatrixView a, MatrixView b);
/// Minimum-norm least squares by a complete orthogonal factorisation; A is spoilt, B (max of A's extents
/// rows) holds right-hand sides on entry, solutions in its first a.columns rows on return. Returns the
/// effective rank: leading triangle with condition below 1/rcond.
int gelsy(MatrixView a, MatrixView b, double rcond);

}  // namespace thresher::linalg
