#include "experiments/federated_lora/data/shared_structure.hpp"

#include "experiments/federated_lora/model/sizes.hpp"
#include "linalg/orthonormal_frame.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace thresher::federated_lora {

namespace {

using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

/// Haar frame from a stream, one column of normals per row of addresses.
DenseMatrix haar_frame(random::Stream const& stream, std::int64_t rows, std::int64_t columns,
                       mpi::Communicator const& comm) {
  DenseMatrix frame(rows, columns);
  linalg::orthonormal_frame(
      comm,
      [&](MatrixView out) {
        for (std::int64_t j = 0; j < out.columns; ++j)
          stream.normals({static_cast<std::uint64_t>(j)}, 0, out.column(j));
      },
      frame.view());
  return frame;
}

/// G - U (U^T G), scaled to the norm; one rank for all, as frames are.
DenseMatrix draw_common(Parameters const& point, DenseMatrix const& benign, study::Team& team) {
  DenseMatrix common(point.d1, point.d2);
  if (point.common_norm == 0) return common;
  auto const& comm = team.communicator();
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    auto const stream = team.stream("common");
    for (std::int64_t j = 0; j < point.d2; ++j)
      stream.normals({static_cast<std::uint64_t>(j)}, 0, common.column(j));
    DenseMatrix inside(point.rank, point.d2);
    linalg::gemm(Transpose::yes, Transpose::no, 1, benign.view(), common.view(), 0, inside.view());
    linalg::gemm(Transpose::no, Transpose::no, -1, benign.view(), inside.view(), 1, common.view());
    double square = 0;
    for (double const value : common.values()) square += value * value;
    for (double& value : common.values()) value *= point.common_norm / std::sqrt(square);
  });
  mpi::broadcast(comm, common.values());
  return common;
}

}  // namespace

std::vector<char> draw_contaminated(Parameters const& point, study::Team const& team) {
  std::vector<double> keys(static_cast<std::size_t>(point.clients));
  team.stream("set").uniforms({0}, 0, keys);
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t k) { return keys[k]; });
  std::vector<char> marks(keys.size());
  for (std::int64_t k = 0; k < contaminated_clients(point); ++k)
    marks[order[static_cast<std::size_t>(k)]] = 1;
  return marks;
}

SharedStructure draw_shared_structure(Parameters const& point, study::Team& team) {
  SharedStructure shared;
  std::int64_t const r = point.rank;
  std::int64_t const q = point.contamination_rank;
  auto const& comm = team.communicator();
  auto const both = haar_frame(team.stream("frame"), point.d1, r + q, comm);
  shared.benign = DenseMatrix(point.d1, r);
  shared.contaminated = DenseMatrix(point.d1, q);
  std::ranges::copy(both.values().first(shared.benign.values().size()), shared.benign.values().begin());
  std::ranges::copy(both.values().subspan(shared.benign.values().size()),
                    shared.contaminated.values().begin());
  double const rest = std::sqrt(1 - point.overlap * point.overlap);
  for (std::int64_t j = 0; j < std::min(q, r); ++j)
    for (std::int64_t i = 0; i < point.d1; ++i)
      shared.contaminated(i, j) = point.overlap * shared.benign(i, j) + rest * shared.contaminated(i, j);
  if (point.contamination_kind == ContaminationKind::shift)
    shared.poison = haar_frame(team.stream("z0"), point.d2, q, comm);
  shared.common = draw_common(point, shared.benign, team);
  shared.is_contaminated = draw_contaminated(point, team);
  return shared;
}

}  // namespace thresher::federated_lora
