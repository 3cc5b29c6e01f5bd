#include "prox/thresholded_subspace.hpp"

#include "linalg/column_products.hpp"
#include "linalg/growing_panel.hpp"
#include "linalg/owned_matrices.hpp"
#include "linalg/symmetric_eigenpairs.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

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
/// Least tolerance of the first search of a scheme whose later ones end after a few products.
constexpr double kFirstTolerance = 1e-5;

double norm(std::span<double const> x) {
  return std::sqrt(linalg::inner_product(x, x));
}

DenseMatrix product_of(ConstMatrixView a, ConstMatrixView b) {
  auto c = DenseMatrix::unset(a.rows, b.columns);
  linalg::gemm(Transpose::no, Transpose::no, 1, a, b, 0, c.view());
  return c;
}

DenseMatrix first_columns(DenseMatrix const& a, std::int64_t count) {
  auto result = DenseMatrix::unset(a.rows(), count);
  std::ranges::copy(a.values().first(result.values().size()), result.values().begin());
  return result;
}

/// panel <- panel - B B^T panel.
void remove_part(ConstMatrixView basis, MatrixView panel) {
  if (basis.columns == 0 || panel.columns == 0) return;
  auto overlaps = DenseMatrix::unset(basis.columns, panel.columns);
  linalg::gemm(Transpose::yes, Transpose::no, 1, basis, panel, 0, overlaps.view());
  linalg::gemm(Transpose::no, Transpose::no, -1, basis, overlaps.view(), 1, panel);
}

/// What the columns of `panel` add to the orthonormal `basis`: block Gram and Schmidt, done twice, so that
/// what a column keeps of the basis when little of it is left is removed as well.
DenseMatrix orthonormal_part(ConstMatrixView basis, DenseMatrix panel) {
  constexpr double kNothing = 1e-10;
  std::int64_t count = 0;
  for (std::int64_t j = 0; j < panel.columns(); ++j) {
    double const size = norm(panel.column(j));
    if (!(size > 0)) continue;
    for (std::int64_t i = 0; i < panel.rows(); ++i) panel(i, count) = panel(i, j) / size;
    ++count;
  }
  for (int pass = 0; pass < 2; ++pass) {
    remove_part(basis, panel.columns_from(0, count));
    std::int64_t kept = 0;
    for (std::int64_t j = 0; j < count; ++j) {
      auto const column = panel.column(kept);
      if (j != kept) std::ranges::copy(panel.column(j), column.begin());
      std::vector<double> overlaps(static_cast<std::size_t>(kept));
      for (int again = 0; again < 2 && kept > 0; ++again) {
        linalg::gemv(Transpose::yes, 1, panel.columns_from(0, kept), column, 0, overlaps);
        linalg::gemv(Transpose::no, -1, panel.columns_from(0, kept), overlaps, 1, column);
      }
      double const left = norm(column);
      if (left < kNothing) continue;
      for (double& entry : column) entry /= left;
      ++kept;
    }
    count = kept;
  }
  return first_columns(panel, count);
}

DenseMatrix beside(DenseMatrix const& left, DenseMatrix const& right) {
  auto both = DenseMatrix::unset(std::max(left.rows(), right.rows()), left.columns() + right.columns());
  std::ranges::copy(left.values(), both.values().begin());
  std::ranges::copy(right.values(),
                    both.values().begin() + static_cast<std::ptrdiff_t>(left.values().size()));
  return both;
}

/// Appends normals, the same in every search and wherever it runs, to the orthonormal `more` until it and the
/// basis have so many columns: vectors that are orthogonal to nothing.
DenseMatrix filled_up(ConstMatrixView basis, DenseMatrix more, std::int64_t columns) {
  static random::Stream const stream(random::hash_identity("thresholded subspace"), "start");
  linalg::GrowingPanel all(more.rows());
  all.append(basis);
  all.append(more.view());
  for (std::uint64_t k = 0; basis.columns + more.columns() < columns;) {
    DenseMatrix fresh(more.rows(), columns - basis.columns - more.columns());
    for (std::int64_t j = 0; j < fresh.columns(); ++j) stream.normals({k++}, 0, fresh.column(j));
    auto const added = orthonormal_part(all.view(), std::move(fresh));
    all.append(added.view());
    more = beside(more, added);
  }
  return more;
}

}  // namespace

/// The search of one call, held by one rank.
class ThresholdedSubspace::Search {
 public:
  Search(std::int64_t rows, SubspaceEffort const& effort, std::int64_t count, double threshold,
         double tolerance)
      : rows_(rows),
        effort_(effort),
        count_(count),
        squared_threshold_(threshold * threshold),
        tolerance_(tolerance),
        basis_(rows),
        images_(rows),
        projected_(0, 0) {}

  /// What to multiply first.
  DenseMatrix begin(DenseMatrix const& start, std::int64_t columns) {
    is_cold_ = start.columns() == 0;
    auto block = filled_up({nullptr, rows_, 0}, orthonormal_part({nullptr, rows_, 0}, start),
                           std::min(rows_, columns));
    block_ = block.columns();
    return block;
  }

  /// Takes the product of the newest block, and gives the next one; empty when the search is over.
  DenseMatrix advance(DenseMatrix const& block, ConstMatrixView image) {
    ++products_;
    append(block, image);
    rayleigh_ritz();
    std::int64_t const wanted = number_wanted();
    std::int64_t const leading = std::min(rows_, std::max(block_, wanted + effort_.guard));
    bool const wide_enough = basis_.columns() == rows_ || block_ >= std::min(rows_, wanted + 1);
    if (!wide_enough && effort_.products > 0) {
      // More was above the threshold than before by so much that it is a new search.
      effort_.products = 0;
      tolerance_ = std::max(tolerance_, kFirstTolerance);
    }
    auto residuals = residuals_of(std::min(leading, basis_.columns()));
    bool converged = wide_enough;
    for (std::int64_t k = 0; k < wanted; ++k)
      converged = converged && norm(residuals.column(k)) <= tolerance_ * ritz_.values.front();
    converged = converged && shows_the_end(wanted, residuals);
    bool const is_spent = effort_.products > 0 && products_ >= effort_.products;
    if (basis_.columns() == rows_ || (is_spent && wide_enough)) converged = true;
    if (converged) return DenseMatrix(rows_, 0);
    if (basis_.columns() + leading > kBlocksOfBasis * leading) restart(leading);
    auto next = orthonormal_part(std::as_const(basis_).view(), std::move(residuals));
    if (block_ < leading)
      next = filled_up(std::as_const(basis_).view(), std::move(next),
                       std::min(rows_, basis_.columns() + leading));
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
  /// The leading Ritz vectors in terms of the blocks so far, before the first restart.
  DenseMatrix coordinates(std::int64_t columns) const { return first_columns(ritz_.vectors, columns); }
  /// The leading Ritz vectors.
  DenseMatrix vectors(std::int64_t columns) const {
    return product_of(basis_.view(), ritz_.vectors.columns_from(0, columns));
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
  /// Takes up vectors with their images; the lower triangle of B^T A B grows by their rows.
  void append(DenseMatrix const& block, ConstMatrixView image) {
    std::int64_t const known = basis_.columns();
    basis_.append(block.view());
    images_.append(image);
    std::int64_t const all = basis_.columns();
    DenseMatrix overlaps(all, block.columns()), larger(all, all);
    linalg::gemm(Transpose::yes, Transpose::no, 1, std::as_const(basis_).view(), image, 0, overlaps.view());
    for (std::int64_t j = 0; j < known; ++j) {
      std::ranges::copy(projected_.column(j), larger.column(j).begin());
      for (std::int64_t k = 0; k < block.columns(); ++k) larger(known + k, j) = overlaps(j, k);
    }
    for (std::int64_t k = 0; k < block.columns(); ++k)
      std::ranges::copy(overlaps.column(k), larger.column(known + k).begin());
    projected_ = std::move(larger);
  }
  void rayleigh_ritz() {
    auto vectors = projected_;
    std::vector<double> ascending(static_cast<std::size_t>(projected_.rows()));
    linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, vectors.view(), ascending);
    ritz_.values.assign(ascending.rbegin(), ascending.rend());
    ritz_.vectors = DenseMatrix(vectors.rows(), vectors.columns());
    for (std::int64_t k = 0; k < vectors.columns(); ++k)
      std::ranges::copy(vectors.column(vectors.columns() - 1 - k), ritz_.vectors.column(k).begin());
  }
  DenseMatrix residuals_of(std::int64_t columns) const {
    auto result = product_of(images_.view(), ritz_.vectors.columns_from(0, columns));
    auto scaled = ritz_.vectors;
    for (std::int64_t k = 0; k < columns; ++k)
      for (double& entry : scaled.column(k)) entry *= ritz_.values[static_cast<std::size_t>(k)];
    linalg::gemm(Transpose::no, Transpose::no, -1, basis_.view(), scaled.columns_from(0, columns), 1,
                 result.view());
    return result;
  }
  void restart(std::int64_t leading) {
    std::int64_t const kept = std::min(basis_.columns(), 2 * leading);
    auto const rotation = std::as_const(ritz_.vectors).columns_from(0, kept);
    basis_.replace_by_product(rotation);
    images_.replace_by_product(rotation);
    projected_ = DenseMatrix(kept, kept);
    for (std::int64_t k = 0; k < kept; ++k) projected_(k, k) = ritz_.values[static_cast<std::size_t>(k)];
    ritz_.values.resize(static_cast<std::size_t>(kept));
    ritz_.vectors = DenseMatrix(kept, kept);
    for (std::int64_t k = 0; k < kept; ++k) ritz_.vectors(k, k) = 1;
  }

  std::int64_t rows_;
  SubspaceEffort effort_;
  bool is_cold_ = true;
  std::int64_t products_ = 0;  ///< of this search
  std::int64_t count_;
  double squared_threshold_;
  double tolerance_;
  std::int64_t block_ = 0;
  linalg::GrowingPanel basis_;
  linalg::GrowingPanel images_;
  DenseMatrix projected_;  ///< B^T A B, lower triangle
  linalg::SymmetricEigenpairs ritz_;
};

ThresholdedSubspace::ThresholdedSubspace(mpi::Communicator const& comm, std::int64_t rows,
                                         SubspaceEffort effort)
    : comm_(comm), rows_(rows), effort_(effort), start_(rows, 0) {}

std::vector<ThresholdedSubspace::Found> ThresholdedSubspace::search(mpi::Communicator const& comm,
                                                                    std::span<Request const> requests,
                                                                    std::int64_t count, double tolerance) {
  struct Run {
    Request const& request;
    DenseMatrix block;
    DenseMatrix image;
    std::optional<Search> search;  ///< on the owner
    std::int64_t products = 0;
    std::int64_t columns = 0;  ///< of all blocks so far
    Found found;
  };
  std::vector<Run> runs;
  for (auto const& request : requests) {
    auto const rows = request.subspace->rows_;
    runs.push_back({request, DenseMatrix(rows, 0), DenseMatrix(rows, 0), {}, 0, 0, {}});
  }
  std::vector<DenseMatrix*> blocks, images, starts;
  for (auto& run : runs) {
    blocks.push_back(&run.block);
    images.push_back(&run.image);
    starts.push_back(&run.request.subspace->start_);
  }
  auto const owners = mpi::in_turn(comm, runs.size());
  auto const on_owners = [&](auto const& work) {
    mpi::agree(comm, [&] {
      for (std::size_t k = 0; k < runs.size(); ++k)
        if (owners[k] == comm.rank()) work(runs[k]);
    });
  };
  on_owners([&](Run& run) {
    auto& subspace = *run.request.subspace;
    auto effort = subspace.effort_;
    bool const is_cold = subspace.start_.columns() == 0;
    if (is_cold || count > 0) effort.products = 0;
    // A scheme that comes closer each time need not begin with more than it then asks for.
    bool const begins = count == 0 && is_cold && subspace.effort_.products > 0;
    run.search.emplace(subspace.rows_, effort, count, run.request.threshold,
                       begins ? std::max(tolerance, kFirstTolerance) : tolerance);
    run.block = run.search->begin(subspace.start_, std::max(kFirstBlock, count + effort.guard));
  });
  linalg::send_from_owners(comm, owners, blocks);
  for (std::int64_t used = 0;; ++used) {
    if (std::ranges::all_of(runs, [](Run const& run) { return run.block.columns() == 0; })) break;
    if (used == kMostProducts) throw std::runtime_error("singular vectors: no convergence in 1000 products");
    for (auto& run : runs) {
      run.image = DenseMatrix::unset(run.block.rows(), run.block.columns());
      if (run.block.columns() == 0) continue;
      run.request.product(std::as_const(run.block).view(), run.image.view());
      ++run.request.subspace->products_;
      ++run.products;
      run.columns += run.block.columns();
    }
    linalg::sum_on_owners(comm, owners, images);
    on_owners([](Run& run) {
      if (run.block.columns() > 0)
        run.block = run.search->advance(run.block, std::as_const(run.image).view());
    });
    linalg::send_from_owners(comm, owners, blocks);
  }
  std::vector<DenseMatrix*> combinations;
  for (auto& run : runs) {
    run.found.combination = DenseMatrix(run.products > kPanelsCombined ? 0 : run.columns, 0);
    combinations.push_back(&run.found.combination);
  }
  on_owners([](Run& run) {
    auto const& search = *run.search;
    auto& [factor, combination] = run.found;
    std::int64_t const found = search.number_wanted();
    for (std::int64_t k = 0; k < found; ++k)
      factor.singular_values.push_back(
          std::sqrt(std::max(search.values()[static_cast<std::size_t>(k)], 0.0)));
    if (combination.rows() > 0) combination = search.coordinates(found);
    auto& subspace = *run.request.subspace;
    subspace.start_ =
        search.vectors(std::min(search.columns(), std::max(kFirstBlock, found + subspace.effort_.guard)));
    run.search.reset();
  });
  linalg::send_from_owners(comm, owners, starts);
  linalg::send_from_owners(comm, owners, combinations);
  std::vector<std::vector<double>> values;
  for (auto& run : runs) values.push_back(std::move(run.found.factor.singular_values));
  mpi::send_from_owners(comm, owners, values);
  std::vector<Found> results;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    auto& subspace = *runs[k].request.subspace;
    auto& factor = results.emplace_back(std::move(runs[k].found)).factor;
    factor.singular_values = std::move(values[k]);
    factor.threshold = runs[k].request.threshold;
    factor.vectors =
        DenseMatrix::unset(subspace.rows_, static_cast<std::int64_t>(factor.singular_values.size()));
    std::ranges::copy(subspace.start_.values().first(factor.vectors.values().size()),
                      factor.vectors.values().begin());
  }
  return results;
}

std::int64_t ThresholdedSubspace::numbers_held(std::int64_t rows, std::int64_t columns) {
  return 2 * (kBlocksOfBasis + 1) * rows * std::min(rows, columns);
}

std::vector<ThresholdedSubspace::Found> ThresholdedSubspace::above(mpi::Communicator const& comm,
                                                                   std::span<Request const> requests,
                                                                   double tolerance) {
  return search(comm, requests, 0, tolerance);
}

ShrinkingFactor ThresholdedSubspace::above(GramProduct const& product, double threshold, double tolerance) {
  Request const request{this, product, threshold};
  return std::move(search(comm_, {&request, 1}, 0, tolerance).front().factor);
}

ShrinkingFactor ThresholdedSubspace::leading(GramProduct const& product, std::int64_t count,
                                             double tolerance) {
  Request const request{this, product, 0};
  return std::move(search(comm_, {&request, 1}, count, tolerance).front().factor);
}

}  // namespace thresher::prox
