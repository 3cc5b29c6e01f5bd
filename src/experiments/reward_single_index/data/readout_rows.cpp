#include "experiments/reward_single_index/data/readout_rows.hpp"

namespace thresher::reward_single_index {

ProjectedRows::ProjectedRows(Parameters const& point, RewardLink const& link, linalg::DenseMatrix const& root,
                             study::Team const& team)
    : link_(link), root_(root), stream_(team.stream("projected2")), noise_(point, team, "noise2") {}

void ProjectedRows::fill(mpi::Range rows, linalg::MatrixView projections, std::span<double> y) const {
  auto const width = root_.rows();
  linalg::DenseMatrix draws(width, rows.size());
  random::fill_normals(stream_, {rows.begin, rows.end, 0, width}, random::Layout::row_major, draws.values(),
                       width);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, root_.view(), draws.view(), 0, projections);
  noise_.fill({}, rows.begin, y);
  for (std::int64_t row = 0; row < rows.size(); ++row)
    y[static_cast<std::size_t>(row)] += link_(projections(0, row));
}

}  // namespace thresher::reward_single_index
