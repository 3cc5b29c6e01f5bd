#include "prox/thresholded_subspace.hpp"

#include "linalg/symmetric_eigenpairs.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

namespace thresher::prox {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

constexpr std::int64_t kFirstBlock = 8;
constexpr std::int64_t kBlocksOfBasis = 5;
constexpr std::int64_t kMostProducts = 1000;
/// A search that starts with vectors that have not seen the data looks so often before it believes that
/// nothing is above: a Ritz value of a small space may lie far below the largest eigenvalue, whatever its
/// residual.
constexpr std::int64_t kColdProducts = 4;
constexpr double kColdResiduals = 2;

double norm(std::span<double const> x) {
  double sum = 0;
  for (double const value : x) sum += value * value;
  return std::sqrt(sum);
}

/// Appends to the orthonormal `basis` what the columns of `panel` add to it.
DenseMatrix orthonormal_part(DenseMatrix const& basis, DenseMatrix panel) {
  constexpr double kNothing = 1e-10;
  std::vector<std::int64_t> kept;
  for (std::int64_t j = 0; j < panel.columns(); ++j) {
    auto const column = panel.column(j);
    double const before = norm(column);
    if (!(before > 0)) continue;
    for (double& entry : column) entry /= before;
    for (int pass = 0; pass < 2; ++pass) {
      std::vector<double> overlaps(static_cast<std::size_t>(basis.columns()));
      if (!overlaps.empty()) {
        linalg::gemv(Transpose::yes, 1, basis.view(), column, 0, overlaps);
        linalg::gemv(Transpose::no, -1, basis.view(), overlaps, 1, column);
      }
      for (auto const k : kept) {
        double overlap = 0;
        for (std::size_t i = 0; i < column.size(); ++i) overlap += panel.column(k)[i] * column[i];
        for (std::size_t i = 0; i < column.size(); ++i) column[i] -= overlap * panel.column(k)[i];
      }
    }
    double const left = norm(column);
    if (left < kNothing) continue;
    for (double& entry : column) entry /= left;
    double const again = norm(column);
    for (double& entry : column) entry /= again;
    kept.push_back(j);
  }
  DenseMatrix result(panel.rows(), static_cast<std::int64_t>(kept.size()));
  for (std::size_t k = 0; k < kept.size(); ++k)
    std::ranges::copy(panel.column(kept[k]), result.column(static_cast<std::int64_t>(k)).begin());
  return result;
}

DenseMatrix beside(DenseMatrix const& left, DenseMatrix const& right) {
  DenseMatrix both(std::max(left.rows(), right.rows()), left.columns() + right.columns());
  std::ranges::copy(left.values(), both.values().begin());
  std::ranges::copy(right.values(),
                    both.values().begin() + static_cast<std::ptrdiff_t>(left.values().size()));
  return both;
}

/// Appends normals, the same in every search and wherever it runs, until `basis` has so many columns: vectors
/// that are orthogonal to nothing.
DenseMatrix filled_up(DenseMatrix basis, std::int64_t columns) {
  static random::Stream const stream(random::hash_identity("thresholded subspace"), "start");
  for (std::int64_t k = 0; basis.columns() < columns; ++k) {
    DenseMatrix fresh(basis.rows(), 1);
    stream.normals({static_cast<std::uint64_t>(k)}, 0, fresh.column(0));
    basis = beside(basis, orthonormal_part(basis, fresh));
  }
  return basis;
}

DenseMatrix product_of(DenseMatrix const& a, ConstMatrixView b) {
  DenseMatrix c(a.rows(), b.columns);
  linalg::gemm(Transpose::no, Transpose::no, 1, a.view(), b, 0, c.view());
  return c;
}

}  // namespace

/// The search of one call, held by rank 0.
class ThresholdedSubspace::Search {
 public:
  Search(std::int64_t rows, SubspaceEffort const& effort, std::int64_t count, double threshold,
         double tolerance)
      : rows_(rows),
        effort_(effort),
        count_(count),
        squared_threshold_(threshold * threshold),
        tolerance_(tolerance),
        basis_(rows, 0),
        images_(rows, 0) {}

  /// What to multiply first.
  DenseMatrix begin(DenseMatrix const& start, std::int64_t columns) {
    is_cold_ = start.columns() == 0;
    auto block = filled_up(orthonormal_part(basis_, start), std::min(rows_, columns));
    block_ = block.columns();
    return block;
  }

  /// Takes the product of the newest block, and gives the next one; empty when the search is over.
  DenseMatrix advance(DenseMatrix const& block, DenseMatrix const& image) {
    ++products_;
    basis_ = beside(basis_, block);
    images_ = beside(images_, image);
    rayleigh_ritz();
    std::int64_t const wanted = number_wanted();
    std::int64_t const leading = std::min(rows_, std::max(block_, wanted + effort_.guard));
    bool const wide_enough = basis_.columns() == rows_ || block_ >= std::min(rows_, wanted + 1);
    auto const residuals = residuals_of(std::min(leading, basis_.columns()));
    bool converged = wide_enough;
    for (std::int64_t k = 0; k < wanted; ++k)
      converged = converged && norm(residuals.column(k)) <= tolerance_ * ritz_.values.front();
    converged = converged && shows_the_end(wanted, residuals);
    bool const is_spent = effort_.products > 0 && products_ >= effort_.products;
    if (basis_.columns() == rows_ || (is_spent && wide_enough)) converged = true;
    if (converged) return DenseMatrix(rows_, 0);
    if (basis_.columns() + leading > kBlocksOfBasis * leading) restart(leading);
    auto next = orthonormal_part(basis_, residuals);
    if (block_ < leading) {
      auto const known = basis_.columns();
      auto const wider = filled_up(beside(basis_, next), std::min(rows_, known + leading));
      next = DenseMatrix(rows_, wider.columns() - known);
      std::ranges::copy(wider.values().subspan(static_cast<std::size_t>(rows_ * known)),
                        next.values().begin());
    }
    block_ = leading;
    return next;
  }

  std::int64_t number_wanted() const {
    if (count_ > 0) return std::min(count_, basis_.columns());
    std::int64_t above = 0;
    while (above < basis_.columns() && ritz_.values[static_cast<std::size_t>(above)] > squared_threshold_)
      ++above;
    return effort_.most > 0 ? std::min(above, effort_.most) : above;
  }
  std::vector<double> const& values() const { return ritz_.values; }
  /// The leading Ritz vectors.
  DenseMatrix vectors(std::int64_t columns) const {
    return product_of(basis_, ritz_.vectors.columns_from(0, columns));
  }
  std::int64_t columns() const { return basis_.columns(); }

 private:
  /// Whether the first pair that is not wanted is below the threshold beyond its residual.
  bool shows_the_end(std::int64_t wanted, DenseMatrix const& residuals) const {
    if (count_ > 0 || wanted >= residuals.columns() || (effort_.most > 0 && wanted == effort_.most))
      return true;
    if (is_cold_ && products_ < kColdProducts) return false;
    double const residual = norm(residuals.column(wanted));
    double const reach = is_cold_ ? kColdResiduals * residual : residual;
    return ritz_.values[static_cast<std::size_t>(wanted)] + reach <= squared_threshold_ ||
           residual <= tolerance_ * ritz_.values.front();
  }
  void rayleigh_ritz() {
    DenseMatrix projected(basis_.columns(), basis_.columns());
    linalg::gemm(Transpose::yes, Transpose::no, 1, basis_.view(), images_.view(), 0, projected.view());
    ritz_ = linalg::largest_eigenpairs(linalg::Triangle::lower, projected.view(), projected.rows());
  }
  DenseMatrix residuals_of(std::int64_t columns) const {
    auto result = product_of(images_, ritz_.vectors.columns_from(0, columns));
    auto const ritz = vectors(columns);
    for (std::int64_t k = 0; k < columns; ++k)
      for (std::int64_t i = 0; i < rows_; ++i)
        result(i, k) -= ritz_.values[static_cast<std::size_t>(k)] * ritz(i, k);
    return result;
  }
  void restart(std::int64_t leading) {
    std::int64_t const kept = std::min(basis_.columns(), 2 * leading);
    auto const rotation = ritz_.vectors.columns_from(0, kept);
    basis_ = product_of(basis_, rotation);
    images_ = product_of(images_, rotation);
    rayleigh_ritz();
  }

  std::int64_t rows_;
  SubspaceEffort effort_;
  bool is_cold_ = true;
  std::int64_t products_ = 0;  ///< of this search
  std::int64_t count_;
  double squared_threshold_;
  double tolerance_;
  std::int64_t block_ = 0;
  DenseMatrix basis_;
  DenseMatrix images_;
  linalg::SymmetricEigenpairs ritz_;
};

ThresholdedSubspace::ThresholdedSubspace(mpi::Communicator const& comm, std::int64_t rows,
                                         SubspaceEffort effort)
    : comm_(comm), rows_(rows), effort_(effort), start_(rows, 0) {}

ShrinkingFactor ThresholdedSubspace::search(GramProduct const& product, std::int64_t count, double threshold,
                                            double tolerance) {
  bool const works = comm_.rank() == 0;
  auto effort = effort_;
  if (start_.columns() == 0 || count > 0) effort.products = 0;
  Search search(rows_, effort, count, threshold, tolerance);
  DenseMatrix block(rows_, 0);
  if (works) block = search.begin(start_, std::max(kFirstBlock, count + effort_.guard));
  auto const send = [&](DenseMatrix& panel) {
    auto const columns = mpi::broadcast_value(comm_, panel.columns());
    if (!works) panel = DenseMatrix(rows_, columns);
    mpi::broadcast(comm_, panel.values());
  };
  send(block);
  for (std::int64_t used = 0; block.columns() > 0; ++used) {
    if (used == kMostProducts) throw std::runtime_error("singular vectors: no convergence in 1000 products");
    DenseMatrix image(rows_, block.columns());
    product(block.view(), image.view());
    ++products_;
    mpi::agree(comm_, [&] {
      if (works) block = search.advance(block, image);
    });
    send(block);
  }
  ShrinkingFactor factor;
  factor.threshold = threshold;
  if (works) {
    std::int64_t const found = search.number_wanted();
    for (std::int64_t k = 0; k < found; ++k)
      factor.singular_values.push_back(
          std::sqrt(std::max(search.values()[static_cast<std::size_t>(k)], 0.0)));
    start_ = search.vectors(std::min(search.columns(), std::max(kFirstBlock, found + effort_.guard)));
  }
  send(start_);
  mpi::broadcast_vector(comm_, factor.singular_values);
  factor.vectors = DenseMatrix(rows_, static_cast<std::int64_t>(factor.singular_values.size()));
  std::ranges::copy(start_.values().first(factor.vectors.values().size()), factor.vectors.values().begin());
  return factor;
}

ShrinkingFactor ThresholdedSubspace::above(GramProduct const& product, double threshold, double tolerance) {
  return search(product, 0, threshold, tolerance);
}

ShrinkingFactor ThresholdedSubspace::leading(GramProduct const& product, std::int64_t count,
                                             double tolerance) {
  return search(product, count, 0, tolerance);
}

}  // namespace thresher::prox
