#include "experiments/group_matrix/solvers/power_step.hpp"

#include "experiments/group_matrix/data/dense_products.hpp"
#include "linalg/owned_matrices.hpp"
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
/// Least part of a column (of its square) that those before it may leave where no eigenvectors are taken.
constexpr double kIndependentPart = 1e-4;

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
  auto result = DenseMatrix::unset(vectors.rows(), columns);
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

/// A step on its way.
struct Run {
  PowerStep const& step;
  std::int64_t width;  ///< of the block
  DenseMatrix image;   ///< (X Q)^T, own rows
  DenseMatrix back;    ///< X^T X Q: this rank's part, on the owner the whole
  ThresholdedRows result;
  DenseMatrix map;  ///< the coefficients are its transpose times the image
};

/// L with as many columns as a^T a has rank, so that a L has orthonormal ones; from a^T a (lower triangle,
/// spoilt). Columns that are nearly orthogonal, as those of a settled scheme are, need no eigenvectors.
DenseMatrix orthonormalising(MatrixView gram) {
  std::int64_t const order = gram.rows;
  auto factor = DenseMatrix(order, order);
  double largest = 0;
  for (std::int64_t j = 0; j < order; ++j) {
    std::ranges::copy(gram.column(j), factor.column(j).begin());
    largest = std::max(largest, gram(j, j));
  }
  bool is_independent = largest > 0 && linalg::potrf(linalg::Triangle::lower, factor.view());
  for (std::int64_t j = 0; is_independent && j < order; ++j)
    is_independent =
        gram(j, j) > kNothing * largest && factor(j, j) * factor(j, j) > kIndependentPart * gram(j, j);
  if (is_independent) {
    DenseMatrix l(order, order);
    for (std::int64_t j = 0; j < order; ++j) l(j, j) = 1;
    linalg::trsm(linalg::Side::left, linalg::Triangle::lower, Transpose::yes, 1, factor.view(), l.view());
    return l;
  }
  GramPairs pairs(gram);
  for (std::int64_t k = 0; k < pairs.vectors.columns(); ++k)
    for (double& entry : pairs.vectors.column(k))
      entry /= std::sqrt(pairs.values[static_cast<std::size_t>(k)]);
  return std::move(pairs.vectors);
}

/// Orthonormal columns that span what the columns of a matrix do.
DenseMatrix range_of(ConstMatrixView a) {
  DenseMatrix gram(a.columns, a.columns);
  linalg::syrk(linalg::Triangle::lower, Transpose::yes, 1, a, 0, gram.view());
  return product(Transpose::no, a, Transpose::no, orthonormalising(gram.view()).view());
}

void threshold_within(Run& run, prox::SubspaceEffort const& effort) {
  double const threshold = run.step.threshold;
  // U = X Q L with orthonormal columns; the singular value decomposition of X^T U = V S W^T.
  auto const l = orthonormalising(
      product(Transpose::yes, run.step.start->view(), Transpose::no, run.back.view()).view());
  if (l.columns() == 0) return;  // X Q = 0
  auto const seen = product(Transpose::no, run.back.view(), Transpose::no, l.view());
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
  auto& values = run.result.singular_values;
  for (std::int64_t k = 0; k < kept; ++k)
    values.push_back(std::sqrt(right.values[static_cast<std::size_t>(k)]));
  run.map = product(Transpose::no, l.view(), Transpose::no, right.vectors.columns_from(0, kept));
  for (std::int64_t k = 0; k < kept; ++k)
    for (double& entry : run.map.column(k)) entry *= values[static_cast<std::size_t>(k)] - threshold;
  auto next =
      kept + std::max(2 * effort.guard, static_cast<std::int64_t>(kGuardPart * static_cast<double>(kept)));
  if (above == found && kept == above)
    next = std::max(next, static_cast<std::int64_t>(kWidening * static_cast<double>(run.width)));
  *run.step.start = filled(vectors, std::min(vectors.rows(), next));
}

}  // namespace

std::vector<ThresholdedRows> power_steps(mpi::Communicator const& comm, RowOperator const& x,
                                         std::span<PowerStep const> steps,
                                         prox::SubspaceEffort const& effort) {
  std::vector<Run> runs;
  for (auto const& step : steps) {
    auto& start = *step.start;
    if (start.columns() == 0) start = filled(start, std::min(start.rows(), kFirstWidth));
    std::int64_t const width = start.columns();
    runs.push_back({step,
                    width,
                    DenseMatrix::unset(width, step.own_rows),
                    DenseMatrix::unset(start.rows(), width),
                    {},
                    DenseMatrix(width, 0)});
  }
  std::vector<DenseMatrix*> starts, backs, maps;
  for (auto& run : runs) {
    starts.push_back(run.step.start);
    backs.push_back(&run.back);
    maps.push_back(&run.map);
  }
  auto const owners = mpi::in_turn(comm, runs.size());
  auto const on_owners = [&](auto const& work) {
    mpi::agree(comm, [&] {
      for (std::size_t k = 0; k < runs.size(); ++k)
        if (owners[k] == comm.rank()) work(runs[k]);
    });
  };
  for (std::int64_t pass = 1;; ++pass) {
    for (auto& run : runs)
      x.gram_product(run.step.group, run.step.start->view(), run.image.view(), run.back.view());
    linalg::sum_on_owners(comm, owners, backs);
    if (pass >= effort.products - 1) break;
    on_owners([&](Run& run) { *run.step.start = filled(range_of(run.back.view()), run.width); });
    linalg::send_from_owners(comm, owners, starts);
  }
  on_owners([&](Run& run) { threshold_within(run, effort); });
  linalg::send_from_owners(comm, owners, starts);
  linalg::send_from_owners(comm, owners, maps);
  std::vector<std::vector<double>> values;
  for (auto& run : runs) values.push_back(std::move(run.result.singular_values));
  mpi::send_from_owners(comm, owners, values);
  std::vector<ThresholdedRows> results;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    auto& run = runs[k];
    auto const& start = *run.step.start;
    auto& result = results.emplace_back(std::move(run.result));
    result.threshold = run.step.threshold;
    result.singular_values = std::move(values[k]);
    result.vectors = DenseMatrix::unset(start.rows(), run.map.columns());
    std::ranges::copy(start.values().first(result.vectors.values().size()), result.vectors.values().begin());
    result.coefficients = DenseMatrix::unset(run.map.columns(), run.step.own_rows);
    if (run.map.columns() > 0)
      linalg::gemm(Transpose::yes, Transpose::no, 1, run.map.view(), run.image.view(), 0,
                   result.coefficients.view());
  }
  return results;
}

}  // namespace thresher::group_matrix
