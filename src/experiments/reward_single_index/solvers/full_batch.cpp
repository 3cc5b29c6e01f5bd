#include "experiments/reward_single_index/solvers/full_batch.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_groups.hpp"
#include "linalg/column_products.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

/// Numbers that the partial sums of all blocks may have, where a rank holds half of them.
constexpr double kMostNumbers = 2e7;
constexpr std::int64_t kFewestRows = 64;

}  // namespace

int RowBlocks::block_count(Parameters const& point) {
  double const width = static_cast<double>(point.d * point.n_neurons);
  auto const most = static_cast<std::int64_t>(std::clamp(kMostNumbers / width, 4.0, 64.0));
  return static_cast<int>(std::clamp<std::int64_t>(first_rows(point) / kFewestRows, 1, most));
}

RowBlocks::RowBlocks(Parameters const& point, TrialData const& data)
    : sum_(data.team().communicator(), first_rows(point), block_count(point)) {
  auto const storage = settled_storage(point, data.team().resources());
  mpi::agree(data.team().communicator(), [&] {
    for (auto const& rows : sum_.owned_blocks()) {
      Block block{data.inputs(self_, rows, point.precision, storage), {}};
      block.inputs.visit([&](mpi::Range some, linalg::ConstMatrixView columns) {
        auto const made = data.labels({rows.begin + some.begin, rows.begin + some.end}, columns);
        block.labels.z.insert(block.labels.z.end(), made.z.begin(), made.z.end());
        block.labels.y.insert(block.labels.y.end(), made.y.begin(), made.y.end());
      });
      blocks_.push_back(std::move(block));
    }
  });
}

void RowBlocks::sum(std::function<void(Block const&, std::span<double>)> const& partial,
                    std::span<double> result) const {
  std::size_t next = 0;
  // Rows may be read again at every pass.
  sum_.or_throw([&](mpi::Range, std::span<double> sums) { partial(blocks_[next++], sums); }, result);
}

void full_batch_descent(Parameters const& point, RowBlocks const& rows, LabelTransform const& transform,
                        std::vector<double> const& biases, linalg::DenseMatrix& weights,
                        study::KeptWork& work) {
  auto const d = point.d;
  auto const neurons = point.n_neurons;
  auto const entries = static_cast<std::size_t>(d * neurons);
  double const scale = 1 / static_cast<double>(first_rows(point));
  // G, and <G_j, w_j> behind it.
  std::vector<double> sums(entries + static_cast<std::size_t>(neurons));
  auto const add_rows = [&](linalg::ColumnGroups const& panel, RowBlocks::Block const& block,
                            std::span<double> own) {
    linalg::ColumnGroups image(d, neurons), response;
    block.inputs.visit([&](mpi::Range some, linalg::ConstMatrixView columns) {
      if (response.rows() != some.size()) response = linalg::ColumnGroups(some.size(), neurons);
      linalg::block_scores(columns, panel, response);
      for (std::int64_t i = 0; i < some.size(); ++i) {
        double const t = transform(block.labels.y[static_cast<std::size_t>(some.begin + i)]);
        for (std::int64_t j = 0; j < neurons; ++j) {
          double& entry = response.group(j / linalg::ColumnGroups::kWidth)[i * linalg::ColumnGroups::kWidth +
                                                                           j % linalg::ColumnGroups::kWidth];
          double const u = entry;
          entry = neuron_sign(j) * t *
                  activation_slope(point.activation1, u + biases[static_cast<std::size_t>(j)]);
          own[entries + static_cast<std::size_t>(j)] += entry * u;
        }
      }
      linalg::add_block_image(columns, response, image);
    });
    for (std::int64_t j = 0; j < neurons; ++j)
      for (std::int64_t i = 0; i < d; ++i) own[static_cast<std::size_t>(i + j * d)] += image(i, j);
  };
  std::int64_t iteration = 0;
  if (work.left() != nullptr) {
    std::vector<double> kept;
    work.left()->read(iteration, kept);
    std::ranges::copy(kept, weights.values().begin());
    work.forget_left();
  }
  while (iteration < point.batch_iters) {
    work.advance(static_cast<double>(iteration) / static_cast<double>(point.batch_iters),
                 [&](bytes::Writer& state) { state.put(iteration, weights.values()); });
    linalg::ColumnGroups const panel(weights.view());
    rows.sum([&](RowBlocks::Block const& block, std::span<double> own) { add_rows(panel, block, own); },
             sums);
    for (std::int64_t j = 0; j < neurons; ++j) {
      auto const w = weights.column(j);
      auto const g =
          std::span<double const>(sums).subspan(static_cast<std::size_t>(j * d), static_cast<std::size_t>(d));
      double const along = scale * sums[entries + static_cast<std::size_t>(j)];
      for (std::size_t i = 0; i < w.size(); ++i) w[i] += point.lr_batch * (scale * g[i] - along * w[i]);
      double const norm = std::sqrt(linalg::inner_product(w, w));
      for (double& entry : w) entry /= norm;
    }
    ++iteration;
  }
}

}  // namespace thresher::reward_single_index
