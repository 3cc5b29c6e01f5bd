#include "linalg/lapack_eigen.hpp"

#include <cassert>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" void dstevd_(char const*, int const*, double*, double*, double*, int const*, double*, int const*,
                        int*, int const*, int*, std::size_t);

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

}  // namespace thresher::linalg
