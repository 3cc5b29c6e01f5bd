#include "experiments/reward_single_index/solvers/symmetric_root.hpp"

#include "linalg/symmetric_eigenpairs.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::reward_single_index {

SymmetricRoot symmetric_root(mpi::Communicator const& comm, linalg::DenseMatrix matrix, double bound) {
  auto const size = matrix.rows();
  SymmetricRoot made{linalg::DenseMatrix(size, size), {}, {}};
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    auto pairs = linalg::eigenpairs_above(linalg::Triangle::lower, matrix.view(), bound);
    made.kept = pairs.values;
    if (pairs.values.empty()) return;
    made.leading.assign(pairs.vectors.column(0).begin(), pairs.vectors.column(0).end());
    auto scaled = pairs.vectors;
    for (std::int64_t j = 0; j < scaled.columns(); ++j)
      for (double& entry : scaled.column(j)) entry *= std::sqrt(pairs.values[static_cast<std::size_t>(j)]);
    linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, scaled.view(), pairs.vectors.view(), 0,
                 made.root.view());
  });
  mpi::broadcast(comm, made.root.values());
  mpi::broadcast_vector(comm, made.kept);
  mpi::broadcast_vector(comm, made.leading);
  return made;
}

}  // namespace thresher::reward_single_index
