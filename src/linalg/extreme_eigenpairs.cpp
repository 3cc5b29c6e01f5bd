#include "linalg/extreme_eigenpairs.hpp"

#include "linalg/krylov_schur.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace thresher::linalg {

namespace {

bool comes_before(Extreme extreme, double a, double b) {
  if (extreme == Extreme::largest) return a > b;
  if (extreme == Extreme::smallest) return a < b;
  return std::abs(a) > std::abs(b);
}

/// The columns whose pairs have converged.
DenseMatrix converged_vectors(ExtremeEigenpairs const& pairs, double tolerance) {
  double largest = 0;
  for (double const value : pairs.values) largest = std::max(largest, std::abs(value));
  std::vector<std::int64_t> columns;
  for (std::size_t k = 0; k < pairs.values.size(); ++k)
    if (pairs.residuals[k] <= tolerance * largest) columns.push_back(static_cast<std::int64_t>(k));
  DenseMatrix vectors(pairs.own_vectors.rows(), static_cast<std::int64_t>(columns.size()));
  for (std::size_t k = 0; k < columns.size(); ++k)
    std::ranges::copy(pairs.own_vectors.column(columns[k]),
                      vectors.column(static_cast<std::int64_t>(k)).begin());
  return vectors;
}

/// The most extreme `count` of both, whose vectors are orthogonal.
ExtremeEigenpairs merged(ExtremeEigenpairs const& a, ExtremeEigenpairs const& b,
                         ExtremeOptions const& options) {
  auto const first = a.values.size();
  std::vector<double> values = a.values;
  values.insert(values.end(), b.values.begin(), b.values.end());
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) {
    return comes_before(options.extreme, values[i], values[j]);
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(options.count)));
  ExtremeEigenpairs result{{},
                           DenseMatrix(a.own_vectors.rows(), static_cast<std::int64_t>(order.size())),
                           {},
                           std::max(a.highest, b.highest),
                           std::min(a.lowest, b.lowest),
                           a.products + b.products};
  for (std::size_t k = 0; k < order.size(); ++k) {
    bool const of_first = order[k] < first;
    auto const& from = of_first ? a : b;
    auto const at = of_first ? order[k] : order[k] - first;
    result.values.push_back(from.values[at]);
    result.residuals.push_back(from.residuals[at]);
    std::ranges::copy(from.own_vectors.column(static_cast<std::int64_t>(at)),
                      result.own_vectors.column(static_cast<std::int64_t>(k)).begin());
  }
  return result;
}

/// The pairs at the places `order` of `from`.
ExtremeEigenpairs chosen(ExtremeEigenpairs const& from, std::span<std::size_t const> order) {
  ExtremeEigenpairs result{
      {},          DenseMatrix(from.own_vectors.rows(), static_cast<std::int64_t>(order.size())),
      {},          from.highest,
      from.lowest, from.products};
  for (std::size_t k = 0; k < order.size(); ++k) {
    result.values.push_back(from.values[order[k]]);
    result.residuals.push_back(from.residuals[order[k]]);
    std::ranges::copy(from.own_vectors.column(static_cast<std::int64_t>(order[k])),
                      result.own_vectors.column(static_cast<std::int64_t>(k)).begin());
  }
  return result;
}

/// Whether pairs in descending order are the outermost ones at each end: no other Ritz value lies outside.
bool are_outermost(std::vector<double> const& descending, std::int64_t count, std::vector<double> ritz_values,
                   double tolerance) {
  auto const each = static_cast<std::size_t>(count);
  if (descending.size() != 2 * each || ritz_values.size() < 2 * each) return false;
  std::ranges::sort(ritz_values, std::greater<>());
  double const largest = std::max(std::abs(ritz_values.front()), std::abs(ritz_values.back()));
  for (std::size_t k = 0; k < each; ++k) {
    auto const last = ritz_values.size() - 1 - k;
    if (std::abs(descending[k] - ritz_values[k]) > 10 * tolerance * largest ||
        std::abs(descending[descending.size() - 1 - k] - ritz_values[last]) > 10 * tolerance * largest)
      return false;
  }
  return true;
}

}  // namespace

namespace {

/// `wanted` is of both ends.
SpectrumEnds ends_of_one_space(PanelOperator const& op, std::span<double const> own_start,
                               ExtremeOptions const& options, Wanted wanted) {
  auto both = options;
  both.count = 2 * options.count;
  std::vector<double> ritz_values;
  auto const found = krylov_schur(op, own_start, {}, both, wanted, &ritz_values);
  std::vector<std::size_t> order(found.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t i, std::size_t j) { return found.values[i] > found.values[j]; });
  auto const sorted = chosen(found, order);
  // All ranks have the same values: the projected problem is solved by one of them.
  if (are_outermost(sorted.values, options.count, ritz_values, options.tolerance)) {
    auto const each = static_cast<std::size_t>(options.count);
    std::span<std::size_t> const all(order);
    auto ends = SpectrumEnds{chosen(found, all.first(each)), {}};
    std::ranges::reverse(all);
    ends.smallest = chosen(found, all.first(each));
    return ends;
  }
  auto one = options;
  one.extreme = Extreme::largest;
  SpectrumEnds ends{krylov_schur(op, own_start, {}, one), {}};
  one.extreme = Extreme::smallest;
  ends.smallest = krylov_schur(op, own_start, {}, one);
  ends.largest.products = ends.smallest.products =
      found.products + ends.largest.products + ends.smallest.products;
  return ends;
}

double first_gap(ExtremeEigenpairs const& pairs) {
  return pairs.values.size() > 1 ? std::abs(pairs.values[0] - pairs.values[1]) : 0;
}

}  // namespace

SpectrumEnds spectrum_ends(PanelOperator const& op, std::span<double const> own_start,
                           ExtremeOptions const& options) {
  return ends_of_one_space(op, own_start, options, Wanted::both_ends);
}

ExtremeEigenpairs wider_gap_end(PanelOperator const& op, std::span<double const> own_start,
                                ExtremeOptions options) {
  options.count = 2;
  auto ends = ends_of_one_space(op, own_start, options, Wanted::wider_gap);
  bool const left =
      mpi::broadcast_value(op.layout().communicator(), first_gap(ends.smallest) > first_gap(ends.largest));
  return std::move(left ? ends.smallest : ends.largest);
}

std::int64_t ExtremeEigenpairs::converged(std::int64_t count, double tolerance) const {
  double largest = 0;
  for (double const value : values) largest = std::max(largest, std::abs(value));
  auto const first = std::min(static_cast<std::size_t>(count), residuals.size());
  return std::count_if(residuals.begin(), residuals.begin() + static_cast<std::ptrdiff_t>(first),
                       [&](double residual) { return residual <= tolerance * largest; });
}

ExtremeEigenpairs extreme_eigenpairs(PanelOperator const& op, std::span<double const> own_start,
                                     ExtremeOptions const& options) {
  return krylov_schur(op, own_start, {}, options);
}

ExtremeEigenpairs completed_eigenpairs(PanelOperator const& op, ConstMatrixView own_starts,
                                       ExtremeOptions const& options) {
  auto found = krylov_schur(op, own_starts.column(0), {}, options);
  for (std::int64_t run = 1; run < own_starts.columns; ++run) {
    auto const known = converged_vectors(found, options.tolerance);
    if (known.columns() == 0) break;
    // What has not converged would come again and be taken for new.
    auto more = krylov_schur(op, own_starts.column(run), known.view(), options);
    ExtremeEigenpairs kept{{}, known, {}, found.highest, found.lowest, found.products};
    double largest = 0;
    for (double const value : found.values) largest = std::max(largest, std::abs(value));
    for (std::size_t k = 0; k < found.values.size(); ++k)
      if (found.residuals[k] <= options.tolerance * largest) {
        kept.values.push_back(found.values[k]);
        kept.residuals.push_back(found.residuals[k]);
      }
    auto next = merged(kept, more, options);
    // New is what moves a value by more than the tolerance.
    bool changed = next.values.size() != found.values.size();
    for (std::size_t k = 0; k < std::min(next.values.size(), found.values.size()); ++k)
      changed = changed || std::abs(next.values[k] - found.values[k]) > 10 * options.tolerance * largest;
    found = std::move(next);
    if (!changed) break;
  }
  return found;
}

}  // namespace thresher::linalg
