#include "linalg/singular_values.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" void dgesdd_(char const*, int const*, int const*, double*, int const*, double*, double*,
                        int const*, double*, int const*, double*, int const*, int*, int*, std::size_t);

namespace thresher::linalg {

namespace {

void decompose(char job, MatrixView a, std::span<double> values, MatrixView u, MatrixView v_transposed) {
  std::int64_t const rank = std::min(a.rows, a.columns);
  assert(static_cast<std::int64_t>(values.size()) == rank);
  if (rank == 0) return;
  auto const m = static_cast<int>(a.rows);
  auto const n = static_cast<int>(a.columns);
  auto const lda = static_cast<int>(a.leading);
  auto const ldu = static_cast<int>(std::max<std::int64_t>(u.leading, 1));
  auto const ldvt = static_cast<int>(std::max<std::int64_t>(v_transposed.leading, 1));
  std::vector<int> integers(static_cast<std::size_t>(8 * rank));
  int info = 0;
  int query = -1;
  double best = 0;
  dgesdd_(&job, &m, &n, a.data, &lda, values.data(), u.data, &ldu, v_transposed.data, &ldvt, &best, &query,
          integers.data(), &info, 1);
  std::vector<double> work(static_cast<std::size_t>(best));
  auto const size = static_cast<int>(work.size());
  dgesdd_(&job, &m, &n, a.data, &lda, values.data(), u.data, &ldu, v_transposed.data, &ldvt, work.data(),
          &size, integers.data(), &info, 1);
  if (info < 0) throw std::logic_error("dgesdd: argument " + std::to_string(-info) + " is invalid");
  if (info > 0) throw std::runtime_error("dgesdd failed with info " + std::to_string(info));
}

}  // namespace

void gesdd(MatrixView a, std::span<double> singular_values, MatrixView u, MatrixView v_transposed) {
  [[maybe_unused]] std::int64_t const rank = std::min(a.rows, a.columns);
  assert(u.rows == a.rows && u.columns == rank);
  assert(v_transposed.rows == rank && v_transposed.columns == a.columns);
  decompose('S', a, singular_values, u, v_transposed);
}

void singular_values(MatrixView a, std::span<double> values) {
  decompose('N', a, values, {}, {});
}

}  // namespace thresher::linalg
