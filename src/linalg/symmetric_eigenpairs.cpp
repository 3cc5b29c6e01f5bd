#include "linalg/symmetric_eigenpairs.hpp"

#include "linalg/batched_eigenpairs.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>

extern "C" void dsyevr_(char const*, char const*, char const*, int const*, double*, int const*, double const*,
                        double const*, int const*, int const*, double const*, int*, double*, double*,
                        int const*, int*, double*, int const*, int*, int const*, int*, std::size_t,
                        std::size_t, std::size_t);

namespace thresher::linalg {

namespace {

/// Above every eigenvalue: the largest absolute row sum.
double upper_bound(Triangle triangle, ConstMatrixView a) {
  std::vector<double> sums(static_cast<std::size_t>(a.rows));
  for (std::int64_t j = 0; j < a.columns; ++j)
    for (std::int64_t i = triangle == Triangle::upper ? 0 : j;
         i < (triangle == Triangle::upper ? j + 1 : a.rows); ++i) {
      sums[static_cast<std::size_t>(i)] += std::abs(a(i, j));
      if (i != j) sums[static_cast<std::size_t>(j)] += std::abs(a(i, j));
    }
  return *std::max_element(sums.begin(), sums.end());
}

/// Those of `range` 'V' (lower, upper] or 'I' (first to the last, counted from 1 in ascending order).
SymmetricEigenpairs solve(char range, Triangle triangle, MatrixView a, double lower, double upper,
                          int first) {
  int const n = static_cast<int>(a.rows);
  int const lda = static_cast<int>(a.leading);
  int const most = range == 'I' ? n - first + 1 : n;
  char const uplo = static_cast<char>(triangle);
  double const safe = 0;
  int found = 0;
  int info = 0;
  std::vector<double> ascending(static_cast<std::size_t>(n));
  DenseMatrix vectors(n, most);
  std::vector<int> support(static_cast<std::size_t>(2 * most));
  std::vector<double> work(static_cast<std::size_t>(26 * n + 32 * n));
  std::vector<int> integers(static_cast<std::size_t>(10 * n));
  int const work_size = static_cast<int>(work.size());
  int const integer_size = static_cast<int>(integers.size());
  dsyevr_("V", &range, &uplo, &n, a.data, &lda, &lower, &upper, &first, &n, &safe, &found, ascending.data(),
          vectors.view().data, &n, support.data(), work.data(), &work_size, integers.data(), &integer_size,
          &info, 1, 1, 1);
  if (info < 0) throw std::logic_error("dsyevr: argument " + std::to_string(-info) + " is invalid");
  if (info > 0) throw std::runtime_error("dsyevr failed with info " + std::to_string(info));
  SymmetricEigenpairs pairs;
  pairs.vectors = DenseMatrix(n, found);
  for (int k = found - 1; k >= 0; --k) {
    std::ranges::copy(vectors.column(k), pairs.vectors.column(found - 1 - k).begin());
    pairs.values.push_back(ascending[static_cast<std::size_t>(k)]);
  }
  return pairs;
}

/// Up to this order the whole spectrum by divide and conquer takes less time than a part of it by bisection
/// and inverse iteration (measured: 240 against 980 us at order 60 with 45 vectors).
constexpr std::int64_t kWholeBelow = 256;

/// Matrices of one order that are decomposed side by side take less time than one by one: lanes that stay
/// empty cost as much as the others.
bool are_worth_a_batch(std::int64_t order, std::size_t count) {
  return (order <= 64 && count >= 2) || (order <= kLargestBatchedOrder && count >= 4);
}

SymmetricEigenpairs whole_above(Triangle triangle, MatrixView a, double bound) {
  std::vector<double> ascending(static_cast<std::size_t>(a.rows));
  syevd(Eigenvectors::wanted, triangle, a, ascending);
  std::int64_t found = 0;
  while (found < a.rows && ascending[static_cast<std::size_t>(a.rows - 1 - found)] > bound) ++found;
  SymmetricEigenpairs pairs{{}, DenseMatrix(a.rows, found)};
  for (std::int64_t k = 0; k < found; ++k) {
    pairs.values.push_back(ascending[static_cast<std::size_t>(a.rows - 1 - k)]);
    std::ranges::copy(a.column(a.rows - 1 - k), pairs.vectors.column(k).begin());
  }
  return pairs;
}

}  // namespace

SymmetricEigenpairs eigenpairs_above(Triangle triangle, MatrixView a, double bound) {
  assert(a.rows == a.columns && a.rows > 0);
  double const upper = upper_bound(triangle, a);
  if (!(upper > bound)) return {{}, DenseMatrix(a.rows, 0)};
  if (a.rows <= kWholeBelow) return whole_above(triangle, a, bound);
  return solve('V', triangle, a, bound, 1.001 * upper, 1);
}

std::vector<SymmetricEigenpairs> eigenpairs_above(Triangle triangle, std::span<MatrixView const> matrices,
                                                  std::span<double const> bounds) {
  assert(matrices.size() == bounds.size());
  std::vector<SymmetricEigenpairs> results(matrices.size());
  std::map<std::int64_t, std::vector<std::size_t>> by_order;
  for (std::size_t m = 0; m < matrices.size(); ++m) by_order[matrices[m].rows].push_back(m);
  for (auto const& [order, which] : by_order) {
    if (!are_worth_a_batch(order, which.size())) {
      for (auto const m : which) results[m] = eigenpairs_above(triangle, matrices[m], bounds[m]);
      continue;
    }
    std::vector<MatrixView> batch;
    std::vector<double> levels;
    for (auto const m : which) {
      batch.push_back(matrices[m]);
      levels.push_back(bounds[m]);
    }
    auto pairs = batched_eigenpairs_above(triangle, batch, levels);
    for (std::size_t k = 0; k < which.size(); ++k) results[which[k]] = std::move(pairs[k]);
  }
  return results;
}

SymmetricEigenpairs largest_eigenpairs(Triangle triangle, MatrixView a, std::int64_t count) {
  assert(a.rows == a.columns && count >= 1 && count <= a.rows);
  return solve('I', triangle, a, 0, 0, static_cast<int>(a.rows - count + 1));
}

}  // namespace thresher::linalg
