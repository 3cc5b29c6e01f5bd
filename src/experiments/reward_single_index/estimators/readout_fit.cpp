#include "experiments/reward_single_index/estimators/readout_fit.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <algorithm>

namespace thresher::reward_single_index {

namespace {

constexpr std::int64_t kRowsAtOnce = 512;
constexpr std::int64_t kMostSampleBlocks = 64;
/// Of the moments that all blocks have together.
constexpr std::int64_t kMostNumbers = 4'000'000;

double equally(double, std::span<double const>, double) {
  return 0;
}

WeightedMoments moments_of(Parameters const& point, ReadoutRows const& source, mpi::Range rows,
                           LogWeight const& log_weight) {
  WeightedMoments moments(point.n_neurons + 2);
  std::vector<double> log_weights;
  visit_rows(point, source, rows,
             [&](linalg::MatrixView some, std::span<double const> z, std::span<double const> y) {
               log_weights.resize(y.size());
               for (std::size_t i = 0; i < y.size(); ++i) {
                 auto const psi = some.column(static_cast<std::int64_t>(i));
                 log_weights[i] = log_weight(z[i], psi, y[i]);
                 psi.back() = y[i];
               }
               moments.add(some, log_weights);
             });
  return moments;
}

ReadoutFit fit_rows(Parameters const& point, ReadoutRows const& source, mpi::Range rows,
                    LogWeight const& log_weight, mpi::Communicator const& comm) {
  auto const width = point.n_neurons + 2;
  auto const size = static_cast<std::size_t>(width * width);
  mpi::FixedOrderSum const sum(comm, rows.size(), readout_blocks(rows.size(), point.n_neurons));
  std::vector<WeightedMoments> own;
  double largest = -1e300;
  mpi::agree(comm, [&] {
    for (auto const& block : sum.owned_blocks()) {
      own.push_back(
          moments_of(point, source, {rows.begin + block.begin, rows.begin + block.end}, log_weight));
      largest = std::max(largest, own.back().largest());
    }
  });
  largest = mpi::max(comm, largest);
  std::vector<double> total(size + 1);
  std::size_t next = 0;
  sum([&](mpi::Range,
          std::span<double> sums) { sums[size] += own[next++].add_to(largest, sums.first(size)); },
      total);
  ReadoutFit fit;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) fit.readout = weighted_ridge({total.data(), width, width}, point.ridge);
  });
  mpi::broadcast_vector(comm, fit.readout.coefficients);
  fit.readout.intercept = mpi::broadcast_value(comm, fit.readout.intercept);
  fit.weight_efficiency = total.front() * total.front() / (static_cast<double>(rows.size()) * total[size]);
  return fit;
}

}  // namespace

int readout_blocks(std::int64_t rows, std::int64_t neurons) {
  auto const most =
      std::clamp<std::int64_t>(kMostNumbers / ((neurons + 2) * (neurons + 2)), 4, kMostSampleBlocks);
  return static_cast<int>(std::clamp<std::int64_t>(rows / kRowsAtOnce, 1, most));
}

void make_features(Parameters const& point, linalg::MatrixView block) {
  for (std::int64_t row = 0; row < block.columns; ++row) {
    double* entry = block.data + row * block.leading;
    entry[0] = 1;
    for (std::int64_t j = 0; j < point.n_neurons; ++j)
      entry[j + 1] = std::max(entry[j + 1] + readout_bias(point, j), 0.0);
  }
}

double reward_of(Parameters const& point, Readout const& readout, std::span<double const> psi) {
  double const reward =
      readout.intercept +
      linalg::inner_product(readout.coefficients, psi.subspan(1, readout.coefficients.size()));
  return std::clamp(reward, -point.reward_clip, point.reward_clip);
}

LogWeight log_weight_of(Parameters const& point, RewardLink const& link, Readout const& pilot) {
  switch (point.weighting) {
    case Weighting::label:
      return [&](double, std::span<double const>, double y) { return y / point.beta2; };
    case Weighting::oracle:
      return [&](double z, std::span<double const>, double) { return link(z) / point.beta2; };
    case Weighting::surrogate:
      return [&](double, std::span<double const> psi, double) {
        return reward_of(point, pilot, psi) / point.beta2;
      };
    case Weighting::none:
      break;
  }
  return equally;
}

void visit_rows(Parameters const& point, ReadoutRows const& source, mpi::Range rows,
                RowVisitor const& visitor) {
  auto const width = point.n_neurons + 2;
  linalg::DenseMatrix block(width, std::min(rows.size(), kRowsAtOnce));
  std::vector<double> labels, projections;
  for (auto row = rows.begin; row < rows.end; row += kRowsAtOnce) {
    mpi::Range const some{row, std::min(row + kRowsAtOnce, rows.end)};
    auto const count = static_cast<std::size_t>(some.size());
    labels.resize(count);
    projections.resize(count);
    auto const view = block.view().block(0, 0, width, some.size());
    source.fill(some, view.block(0, 0, width - 1, some.size()), labels);
    for (std::size_t i = 0; i < count; ++i) projections[i] = view(0, static_cast<std::int64_t>(i));
    make_features(point, view);
    visitor(view, projections, labels);
  }
}

SecondStageFit fit_second_stage(Parameters const& point, RewardLink const& link, ReadoutRows const& rows,
                                mpi::Communicator const& comm) {
  auto const pilot = pilot_rows(point);
  SecondStageFit fit;
  if (pilot > 0) fit.pilot = fit_rows(point, rows, {0, pilot}, equally, comm).readout;
  fit.final =
      fit_rows(point, rows, {pilot, pilot + final_rows(point)}, log_weight_of(point, link, fit.pilot), comm);
  return fit;
}

}  // namespace thresher::reward_single_index
