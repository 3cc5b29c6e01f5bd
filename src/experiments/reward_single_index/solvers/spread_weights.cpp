#include "experiments/reward_single_index/solvers/spread_weights.hpp"

#include "linalg/column_products.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr std::int64_t kFewestColumns = 64;
/// Of a block where there are enough of them for a team: long rows are drawn fastest.
constexpr std::int64_t kColumns = 256;
constexpr std::int64_t kEnoughBlocks = 16;
constexpr std::int64_t kMostBlocks = 256;

int block_count(std::int64_t dimension) {
  auto const narrow = std::min(dimension / kFewestColumns, kEnoughBlocks);
  return static_cast<int>(std::clamp<std::int64_t>(std::max(narrow, dimension / kColumns), 1, kMostBlocks));
}

}  // namespace

void add_column_squares(linalg::ColumnGroups const& panel, std::span<double> sums) {
  constexpr auto kWidth = linalg::ColumnGroups::kWidth;
  for (std::int64_t g = 0; g < panel.groups(); ++g) {
    double own[kWidth] = {};
    double const* entry = panel.group(g);
    for (std::int64_t i = 0; i < panel.rows(); ++i)
      for (std::int64_t k = 0; k < kWidth; ++k) own[k] += entry[i * kWidth + k] * entry[i * kWidth + k];
    for (std::int64_t j = g * kWidth; j < std::min(panel.columns(), (g + 1) * kWidth); ++j)
      sums[static_cast<std::size_t>(j)] += own[j % kWidth];
  }
}

std::vector<double> first_biases(Parameters const& point, study::Team const& team) {
  std::vector<double> biases(static_cast<std::size_t>(point.n_neurons));
  team.stream("bias1").uniforms({}, 0, biases);
  for (double& bias : biases) bias = point.bias1 * (2 * bias - 1);
  return biases;
}

std::int64_t SpreadWeights::block_columns(std::int64_t dimension) {
  return mpi::share(dimension, 0, block_count(dimension)).size();
}

SpreadWeights::SpreadWeights(Parameters const& point, TrialData const& data, mpi::Communicator const& comm)
    : neurons_(point.n_neurons), sum_(comm, point.d, block_count(point.d)) {
  auto const& theta = data.theta();
  auto const stream = data.team().stream("start");
  for (auto const& columns : sum_.owned_blocks()) {
    linalg::DenseMatrix start(columns.size(), neurons_);
    random::fill_normals(stream, {0, neurons_, columns.begin, columns.end}, random::Layout::row_major,
                         start.values(), columns.size());
    blocks_.push_back({columns, linalg::ColumnGroups(start.view()),
                       std::span(theta).subspan(static_cast<std::size_t>(columns.begin),
                                                static_cast<std::size_t>(columns.size()))});
  }
  normalise();
  if (point.init_overlap < 0) return;
  // m0 theta + sqrt(1 - m0^2) (what of the start is orthogonal to theta).
  auto const along = overlaps();
  auto const add_theta = [&](auto amount) {
    for (auto& block : blocks_)
      for (std::int64_t j = 0; j < neurons_; ++j) {
        double* entry =
            block.weights.group(j / linalg::ColumnGroups::kWidth) + j % linalg::ColumnGroups::kWidth;
        for (double const t : block.theta) {
          *entry += amount(j) * t;
          entry += linalg::ColumnGroups::kWidth;
        }
      }
  };
  add_theta([&](std::int64_t j) { return -along[static_cast<std::size_t>(j)]; });
  normalise();
  double const m = point.init_overlap;
  double const ratio = m / std::sqrt(1 - m * m);
  add_theta([&](std::int64_t) { return ratio; });
  normalise();
}

void SpreadWeights::normalise() {
  std::vector<double> squares(static_cast<std::size_t>(neurons_));
  std::size_t next = 0;
  sum_([&](mpi::Range, std::span<double> sums) { add_column_squares(blocks_[next++].weights, sums); },
       squares);
  for (auto& block : blocks_)
    for (std::int64_t j = 0; j < neurons_; ++j) {
      double const norm = std::sqrt(squares[static_cast<std::size_t>(j)]);
      double* entry =
          block.weights.group(j / linalg::ColumnGroups::kWidth) + j % linalg::ColumnGroups::kWidth;
      for (std::int64_t i = 0; i < block.columns.size(); ++i) entry[i * linalg::ColumnGroups::kWidth] /= norm;
    }
}

std::vector<double> SpreadWeights::overlaps() const {
  std::vector<double> along(static_cast<std::size_t>(neurons_));
  std::size_t next = 0;
  sum_(
      [&](mpi::Range columns, std::span<double> sums) {
        auto const& block = blocks_[next++];
        linalg::DenseMatrix panel(columns.size(), neurons_);
        block.weights.copy_to(panel.view());
        for (std::int64_t j = 0; j < neurons_; ++j)
          sums[static_cast<std::size_t>(j)] += linalg::inner_product(block.theta, panel.column(j));
      },
      along);
  return along;
}

linalg::DenseMatrix SpreadWeights::gram() const {
  linalg::DenseMatrix gram(neurons_ + 1, neurons_ + 1);
  std::size_t next = 0;
  sum_(
      [&](mpi::Range columns, std::span<double> sums) {
        auto const& block = blocks_[next++];
        linalg::DenseMatrix rows(columns.size(), neurons_ + 1);
        std::ranges::copy(block.theta, rows.column(0).begin());
        block.weights.copy_to(rows.columns_from(1, neurons_));
        linalg::ColumnGroups scores(neurons_ + 1, neurons_ + 1);
        linalg::block_scores(rows.view(), linalg::ColumnGroups(rows.view()), scores);
        for (std::int64_t j = 0; j <= neurons_; ++j)
          for (std::int64_t i = 0; i <= neurons_; ++i)
            sums[static_cast<std::size_t>(i + j * (neurons_ + 1))] += scores(i, j);
      },
      gram.values());
  return gram;
}

linalg::DenseMatrix SpreadWeights::own_weights() const {
  auto const own = own_columns();
  linalg::DenseMatrix whole(own.size(), neurons_);
  for (auto const& block : blocks_)
    block.weights.copy_to(
        whole.view().block(block.columns.begin - own.begin, 0, block.columns.size(), neurons_));
  return whole;
}

void SpreadWeights::set_own_weights(linalg::ConstMatrixView own) {
  auto const begin = own_columns().begin;
  for (auto& block : blocks_)
    block.weights =
        linalg::ColumnGroups(own.block(block.columns.begin - begin, 0, block.columns.size(), neurons_));
}

}  // namespace thresher::reward_single_index
