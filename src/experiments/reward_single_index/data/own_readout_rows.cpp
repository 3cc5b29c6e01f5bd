#include "experiments/reward_single_index/data/own_readout_rows.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_products.hpp"

#include <algorithm>

namespace thresher::reward_single_index {

namespace {

/// Of a block of inputs.
constexpr std::int64_t kEntriesAtOnce = std::int64_t{1} << 20;

std::int64_t block_rows(std::int64_t dimension) {
  return std::clamp<std::int64_t>(kEntriesAtOnce / dimension, 1, 512);
}

}  // namespace

void OwnReadoutRows::fill(mpi::Range rows, linalg::MatrixView projections, std::span<double> y) const {
  auto const dimension = panel_.rows();
  auto const at_once = block_rows(dimension);
  auto const neurons = projections.rows - 1;
  bool const shares_direction = panel_.columns() == 1;
  linalg::DenseMatrix block(dimension, std::min(at_once, rows.size()));
  linalg::ColumnGroups scores(block.columns(), panel_.columns());
  data_.fill_labels(OwnData::Fold::second, rows.begin, y);
  for (auto row = rows.begin; row < rows.end; row += at_once) {
    mpi::Range const some{row, std::min(row + at_once, rows.end)};
    auto const inputs = block.columns_from(0, some.size());
    data_.fill_inputs(OwnData::Fold::second, some, {0, dimension}, inputs);
    linalg::block_scores(inputs, panel_, scores);
    for (std::int64_t i = 0; i < some.size(); ++i) {
      auto const out = projections.column(some.begin - rows.begin + i);
      out.front() = linalg::inner_product(data_.direction(), inputs.column(i));
      for (std::int64_t j = 0; j < neurons; ++j)
        out[static_cast<std::size_t>(j + 1)] =
            shares_direction ? neuron_sign(j) * scores(i, 0) : scores(i, j);
    }
  }
}

double OwnReadoutRows::bytes(Parameters const& point, std::int64_t neurons) {
  auto const d = static_cast<double>(point.d);
  double const panel = d * static_cast<double>(neurons + linalg::ColumnGroups::kWidth);
  return 8 * (3 * panel + d * static_cast<double>(block_rows(point.d)));
}

}  // namespace thresher::reward_single_index
