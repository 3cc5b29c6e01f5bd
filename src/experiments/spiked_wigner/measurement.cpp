#include "experiments/spiked_wigner/measurement.hpp"

#include "linalg/leading_eigenpairs.hpp"
#include "linalg/subspace.hpp"

#include <algorithm>

namespace thresher::spiked_wigner {

study::Outcome measure_point(SpikedMatrix const& matrix, Parameters const& point, study::Team& team,
                             Metrics& metrics) {
  auto const own = matrix.layout().owned();
  linalg::Eigenpairs start{{}, linalg::DenseMatrix(own.size(), 1)};
  team.stream("start").normals({}, static_cast<std::uint64_t>(own.begin), start.own_vectors.column(0));

  auto const found = linalg::leading_eigenpairs(matrix, std::move(start),
                                                {.tolerance = point.tolerance, .prefix = "spiked_wigner_"});
  if (found.convergence != linalg::Convergence::reached) return study::Outcome::not_converged;
  auto const own_vector = found.pairs.own_vectors.view();
  metrics.eigenvalue = found.pairs.values.front();
  metrics.overlap = std::min(1.0, linalg::subspace_overlap(matrix.layout(), own_vector, matrix.own_signal()));

  std::vector<std::int64_t> const extents{point.n};
  if (team.wants("signal")) team.store_distributed("signal", extents, own, matrix.own_signal().column(0));
  if (team.wants("eigenvector")) team.store_distributed("eigenvector", extents, own, own_vector.column(0));
  return study::Outcome::ok;
}

}  // namespace thresher::spiked_wigner
