#include "linalg/lapack_eigen.hpp"

#include <cassert>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
void dstevd_(char const*, int const*, double*, double*, double*, int const*, double*, int const*, int*,
             int const*, int*, std::size_t);
void dsytrd_(char const*, int const*, double*, int const*, double*, double*, double*, double*, int const*,
             int*, std::size_t);
void dormtr_(char const*, char const*, char const*, int const*, int const*, double const*, int const*,
             double const*, double*, int const*, double*, int const*, int*, std::size_t, std::size_t,
             std::size_t);
}

namespace thresher::linalg {

void stevd(std::span<double> diagonal, std::span<double> off_diagonal, MatrixView eigenvectors) {
  assert(!diagonal.empty() && off_diagonal.size() + 1 >= diagonal.size());
  assert(eigenvectors.rows == eigenvectors.columns &&
         eigenvectors.rows == static_cast<std::int64_t>(diagonal.size()));
  int const order = static_cast<int>(diagonal.size());
  int const leading = static_cast<int>(eigenvectors.leading);
  int const work_size = 1 + 4 * order + order * order;
  int const integer_work_size = 3 + 5 * order;
  std::vector<double> work(static_cast<std::size_t>(work_size));
  std::vector<int> integer_work(static_cast<std::size_t>(integer_work_size));
  int info = 0;
  dstevd_("V", &order, diagonal.data(), off_diagonal.data(), eigenvectors.data, &leading, work.data(),
          &work_size, integer_work.data(), &integer_work_size, &info, 1);
  if (info != 0) throw std::runtime_error("dstevd failed with info " + std::to_string(info));
}

void sytrd(MatrixView a, std::span<double> diagonal, std::span<double> off_diagonal, std::span<double> tau) {
  assert(a.rows == a.columns && static_cast<std::int64_t>(diagonal.size()) == a.rows);
  assert(off_diagonal.size() == diagonal.size() && tau.size() == diagonal.size());
  if (a.rows == 0) return;
  int const order = static_cast<int>(a.rows);
  int const leading = static_cast<int>(a.leading);
  std::vector<double> work(1);
  int work_size = -1;  // asks how much is best
  for (int call = 0; call < 2; ++call) {
    int info = 0;
    dsytrd_("L", &order, a.data, &leading, diagonal.data(), off_diagonal.data(), tau.data(), work.data(),
            &work_size, &info, 1);
    if (info != 0) throw std::logic_error("dsytrd failed with info " + std::to_string(info));
    if (call > 0) return;
    work.resize(static_cast<std::size_t>(work.front()));
    work_size = static_cast<int>(work.size());
  }
}

void ormtr(Transpose transpose, ConstMatrixView reflectors, std::span<double const> tau, MatrixView b) {
  assert(b.rows == reflectors.rows && static_cast<std::int64_t>(tau.size()) == b.rows);
  if (b.rows == 0 || b.columns == 0) return;
  int const order = static_cast<int>(b.rows);
  int const columns = static_cast<int>(b.columns);
  int const leading = static_cast<int>(reflectors.leading);
  int const leading_of_b = static_cast<int>(b.leading);
  char const transposed = static_cast<char>(transpose);
  std::vector<double> work(1);
  int work_size = -1;
  for (int call = 0; call < 2; ++call) {
    int info = 0;
    dormtr_("L", "L", &transposed, &order, &columns, reflectors.data, &leading, tau.data(), b.data,
            &leading_of_b, work.data(), &work_size, &info, 1, 1, 1);
    if (info != 0) throw std::logic_error("dormtr failed with info " + std::to_string(info));
    if (call > 0) return;
    work.resize(static_cast<std::size_t>(work.front()));
    work_size = static_cast<int>(work.size());
  }
}

}  // namespace thresher::linalg
