#include "experiments/group_matrix/solvers/power_step.hpp"

#include "experiments/group_matrix/data/dense_products.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::group_matrix {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

/// Columns of the first block, the guard in parts of the rank (at least twice what exact searches have), and
/// the factor of a block that is too narrow.
constexpr std::int64_t kFirstWidth = 24;
constexpr double kGuardPart = 0.3, kWidening = 1.5;
/// Directions are dropped below this part of the largest (of squares where they come from a Gram matrix).
constexpr double kNothing = 1e-10;

/// Eigenpairs of a^T a, the largest first, of values above kNothing times the largest.
struct GramPairs {
  std::vector<double> values;
  DenseMatrix vectors;

  explicit GramPairs(MatrixView gram) : vectors(gram.rows, 0) {
    if (gram.rows == 0) return;
    std::vector<double> ascending(static_cast<std::size_t>(gram.rows));
    linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, gram, ascending);
    while (values.size() < ascending.size()) {
      double const value = ascending[ascending.size() - 1 - values.size()];
      if (!(value > kNothing * ascending.back())) break;
      values.push_back(value);
    }
    vectors = DenseMatrix(gram.rows, static_cast<std::int64_t>(values.size()));
    for (std::int64_t k = 0; k < vectors.columns(); ++k)
      std::ranges::copy(gram.column(gram.columns - 1 - k), vectors.column(k).begin());
  }
};

/// The first columns of orthonormal vectors, filled up by normals orthogonal to them: they do not look at the
/// data, and are the same everywhere.
DenseMatrix filled(DenseMatrix const& vectors, std::int64_t columns) {
  DenseMatrix result(vectors.rows(), columns);
  std::int64_t const kept = std::min(vectors.columns(), columns);
  std::ranges::copy(vectors.values().first(static_cast<std::size_t>(kept * vectors.rows())),
                    result.values().begin());
  if (kept == columns) return result;
  auto const fresh = result.columns_from(kept, columns - kept);
  static random::Stream const stream(random::hash_identity("group_matrix power step"), "start");
  double const size = 1 / std::sqrt(static_cast<double>(vectors.rows()));
  for (std::int64_t j = 0; j < fresh.columns; ++j) {
    stream.normals({static_cast<std::uint64_t>(kept + j)}, 0, fresh.column(j));
    for (double& entry : fresh.column(j)) entry *= size;
  }
  if (kept == 0) return result;
  auto const overlaps = product(Transpose::yes, vectors.columns_from(0, kept), Transpose::no, fresh);
  linalg::gemm(Transpose::no, Transpose::no, -1, vectors.columns_from(0, kept), overlaps.view(), 1, fresh);
  return result;
}

/// Orthonormal columns that span what the columns of a matrix do.
DenseMatrix range_of(DenseMatrix const& a) {
  DenseMatrix gram(a.columns(), a.columns());
  linalg::syrk(linalg::Triangle::lower, Transpose::yes, 1, a.view(), 0, gram.view());
  GramPairs const pairs(gram.view());
  auto range = product(Transpose::no, a.view(), Transpose::no, pairs.vectors.view());
  for (std::int64_t k = 0; k < range.columns(); ++k)
    for (double& entry : range.column(k)) entry /= std::sqrt(pairs.values[static_cast<std::size_t>(k)]);
  return range;
}

void send(mpi::Communicator const& comm, std::int64_t rows, DenseMatrix& matrix) {
  auto const columns = mpi::broadcast_value(comm, matrix.columns());
  if (comm.rank() != 0) matrix = DenseMatrix(rows, columns);
  mpi::broadcast(comm, matrix.values());
}

}  // namespace

ThresholdedRows power_step(mpi::Communicator const& comm, RowOperator const& x, std::size_t g,
                           std::int64_t own_rows, double threshold, prox::SubspaceEffort const& effort,
                           DenseMatrix& start) {
  std::int64_t const columns = start.rows();
  if (start.columns() == 0) start = filled(start, std::min(columns, kFirstWidth));
  std::int64_t const width = start.columns();
  DenseMatrix image(width, own_rows), back(columns, width), gram(width, width);  // (X Q)^T, X^T X Q
  bool const is_dense = x.is_dense(g);
  auto const panel = is_dense ? x.panel(g) : ConstMatrixView{};
  for (std::int64_t pass = 1;; ++pass) {
    if (is_dense) {
      linalg::gemm(Transpose::yes, Transpose::no, 1, start.view(), panel, 0, image.view());
      linalg::gemm(Transpose::no, Transpose::yes, 1, panel, image.view(), 0, back.view());
    } else {
      x.multiply(g, start.view(), image.view());
      x.multiply_transposed(g, image.view(), back.view());
    }
    mpi::sum_in_place(comm, back.values());
    if (pass >= effort.products - 1) break;
    mpi::agree(comm, [&] {
      if (comm.rank() == 0) start = filled(range_of(back), width);
    });
    mpi::broadcast(comm, start.values());
  }
  linalg::syrk(linalg::Triangle::lower, Transpose::no, 1, image.view(), 0, gram.view());
  mpi::sum_in_place(comm, gram.values());

  ThresholdedRows result;
  result.threshold = threshold;
  DenseMatrix map(width, 0);  // the coefficients are its transpose times the image
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    // U = X Q L with orthonormal columns; the singular value decomposition of X^T U = V S W^T.
    GramPairs const left(gram.view());
    auto l = left.vectors;
    for (std::int64_t k = 0; k < l.columns(); ++k)
      for (double& entry : l.column(k)) entry /= std::sqrt(left.values[static_cast<std::size_t>(k)]);
    if (l.columns() == 0) return;  // X Q = 0
    auto const seen = product(Transpose::no, back.view(), Transpose::no, l.view());
    DenseMatrix small(l.columns(), l.columns());
    linalg::syrk(linalg::Triangle::lower, Transpose::yes, 1, seen.view(), 0, small.view());
    GramPairs const right(small.view());
    auto const found = static_cast<std::int64_t>(right.values.size());
    auto vectors = product(Transpose::no, seen.view(), Transpose::no, right.vectors.view());
    std::int64_t above = 0;
    for (std::int64_t k = 0; k < found; ++k) {
      double const value = std::sqrt(right.values[static_cast<std::size_t>(k)]);
      for (double& entry : vectors.column(k)) entry /= value;
      if (value > threshold) ++above;
    }
    std::int64_t const kept = effort.most > 0 ? std::min(above, effort.most) : above;
    for (std::int64_t k = 0; k < kept; ++k)
      result.singular_values.push_back(std::sqrt(right.values[static_cast<std::size_t>(k)]));
    map = product(Transpose::no, l.view(), Transpose::no, right.vectors.columns_from(0, kept));
    for (std::int64_t k = 0; k < kept; ++k)
      for (double& entry : map.column(k))
        entry *= result.singular_values[static_cast<std::size_t>(k)] - threshold;
    auto next =
        kept + std::max(2 * effort.guard, static_cast<std::int64_t>(kGuardPart * static_cast<double>(kept)));
    if (above == found && kept == above)
      next = std::max(next, static_cast<std::int64_t>(kWidening * static_cast<double>(width)));
    start = filled(vectors, std::min(columns, next));
  });
  send(comm, columns, start);
  send(comm, width, map);
  mpi::broadcast_vector(comm, result.singular_values);
  result.vectors = DenseMatrix(columns, map.columns());
  std::ranges::copy(start.values().first(result.vectors.values().size()), result.vectors.values().begin());
  result.coefficients = DenseMatrix(map.columns(), own_rows);
  if (map.columns() > 0)
    linalg::gemm(Transpose::yes, Transpose::no, 1, map.view(), image.view(), 0, result.coefficients.view());
  return result;
}

}  // namespace thresher::group_matrix
