#include "linalg/dense_extremes.hpp"

#include "linalg/lapack_eigen.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

extern "C" {
void dsterf_(int const*, double*, double*, int*);
void dstemr_(char const*, char const*, int const*, double*, double*, double const*, double const*, int const*,
             int const*, int*, double*, double*, int const*, int const*, int*, int*, double*, int const*,
             int*, int const*, int*, std::size_t, std::size_t);
}

namespace thresher::linalg {

namespace {

void expect_success(int info, char const* routine) {
  if (info != 0) throw std::runtime_error(std::string(routine) + " failed with info " + std::to_string(info));
}

struct Tridiagonal {
  std::vector<double> diagonal;
  std::vector<double> off_diagonal;
};

/// Eigenvectors of eigenvalues number first .. last (from 1, ascending) into the columns of `vectors`.
void tridiagonal_vectors(Tridiagonal matrix, int first, int last, MatrixView vectors) {
  if (first > last) return;
  int const order = static_cast<int>(matrix.diagonal.size());
  if (order < 3) {  // dstemr of OpenBLAS 0.3.21 gave a wrong vector for one of two
    DenseMatrix all(order, order);
    stevd(matrix.diagonal, matrix.off_diagonal, all.view());
    for (int k = first; k <= last; ++k)
      std::ranges::copy(all.column(k - 1), vectors.column(k - first).begin());
    return;
  }
  int const leading = static_cast<int>(vectors.leading);
  int const columns = last - first + 1;
  int const work_size = 18 * order;
  int const integer_work_size = 10 * order;
  std::vector<double> values(matrix.diagonal.size());
  std::vector<double> work(static_cast<std::size_t>(work_size));
  std::vector<int> integer_work(static_cast<std::size_t>(integer_work_size));
  std::vector<int> support(2 * static_cast<std::size_t>(columns));
  int found = 0;
  int try_relative_accuracy = 1;
  int info = 0;
  double const unused = 0;
  dstemr_("V", "I", &order, matrix.diagonal.data(), matrix.off_diagonal.data(), &unused, &unused, &first,
          &last, &found, values.data(), vectors.data, &leading, &columns, support.data(),
          &try_relative_accuracy, work.data(), &work_size, integer_work.data(), &integer_work_size, &info, 1,
          1);
  expect_success(info, "dstemr");
  if (found != columns) throw std::runtime_error("dstemr found too few eigenvectors");
}

}  // namespace

DenseExtremes dense_extremes(MatrixView a, std::int64_t count) {
  assert(a.rows == a.columns && count <= a.rows);
  DenseExtremes result;
  if (a.rows == 0) return result;
  int const order = static_cast<int>(a.rows);
  auto const size = static_cast<std::size_t>(order);
  Tridiagonal matrix{std::vector<double>(size), std::vector<double>(size)};
  std::vector<double> tau(size);
  sytrd(a, matrix.diagonal, matrix.off_diagonal, tau);

  result.spectrum = matrix.diagonal;
  auto spoilt = matrix.off_diagonal;
  int info = 0;
  dsterf_(&order, result.spectrum.data(), spoilt.data(), &info);
  expect_success(info, "dsterf");

  // The two ends that hold the largest magnitudes.
  auto const& spectrum = result.spectrum;
  int low = 0;
  int high = 0;
  while (low + high < count)
    if (std::abs(spectrum[static_cast<std::size_t>(low)]) >
        std::abs(spectrum[static_cast<std::size_t>(order - 1 - high)]))
      ++low;
    else
      ++high;
  DenseMatrix ends(order, count);
  tridiagonal_vectors(matrix, 1, low, ends.columns_from(0, low));
  tridiagonal_vectors(matrix, order - high + 1, order, ends.columns_from(low, high));
  int const columns = static_cast<int>(count);
  ormtr(Transpose::no, a, tau, ends.view());
  // Both ends point inwards: merge by magnitude.
  result.vectors = DenseMatrix(order, count);
  int from_low = 0;
  int from_high = 0;
  for (int k = 0; k < columns; ++k) {
    bool const take_low =
        from_low < low &&
        (from_high >= high || std::abs(spectrum[static_cast<std::size_t>(from_low)]) >
                                  std::abs(spectrum[static_cast<std::size_t>(order - 1 - from_high)]));
    int const number = take_low ? from_low : order - 1 - from_high;
    int const column = take_low ? from_low : columns - 1 - from_high;
    ++(take_low ? from_low : from_high);
    result.values.push_back(spectrum[static_cast<std::size_t>(number)]);
    std::ranges::copy(ends.column(column), result.vectors.column(k).begin());
  }
  return result;
}

}  // namespace thresher::linalg
