#include "experiments/reward_single_index/data/own_data.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "mpi/fixed_order_sum.hpp"
#include "numerics/rounding.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr int kMomentBlocks = 64;

}  // namespace

OwnData::Source OwnData::source_of(Parameters const& point, study::InputReader const& input, Fold fold) {
  auto const& about = *point.input;
  if (fold == Fold::second && about.second_rows > 0)
    return {{input, "X2", about.second_rows, about.columns}, {input, "y2", about.second_rows, 1}, 0};
  return {{input, "X", about.rows, about.columns},
          {input, "y", about.rows, 1},
          fold == Fold::first ? 0 : own_first_rows(point)};
}

OwnData::OwnData(Parameters const& point, study::Team& team)
    : is_standardized_(point.input->standardize),
      first_(source_of(point, *team.input(), Fold::first)),
      second_(source_of(point, *team.input(), Fold::second)) {
  auto const columns = static_cast<std::size_t>(point.input->columns);
  mean_.assign(columns, 0.0);
  deviation_.assign(columns, 1.0);
  scale_.assign(columns, 1.0);
  direction_.assign(columns, 0.0);
  if (is_standardized_) learn_scaling(point, team.communicator());
  if (!point.input->has_direction) return;
  mpi::agree(team.communicator(), [&] {
    direction_ = team.input()->read("theta", {0, point.input->columns}, {0, 1});
    // <theta, x> is <theta deviation, (x - mean) / deviation> and a constant.
    for (std::size_t k = 0; k < columns; ++k) direction_[k] *= deviation_[k];
    double const norm = std::sqrt(linalg::inner_product(direction_, direction_));
    if (!(norm > 0)) throw study::UserError("input: /theta lies along constant columns of /X");
    for (double& entry : direction_) entry /= norm;
  });
}

void OwnData::learn_scaling(Parameters const& point, mpi::Communicator const& comm) {
  auto const rows = first_rows(point);
  mpi::FixedOrderSum const sum(comm, rows, kMomentBlocks);
  auto const mean_of = [&](auto term) {
    std::vector<double> total(mean_.size(), 0.0);
    sum.or_throw(
        [&](mpi::Range some, std::span<double> sums) {
          for (auto row = some.begin; row < some.end; ++row) {
            auto const entries = first_.inputs.row(row);
            for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += term(entries[k], k);
          }
        },
        total);
    for (double& value : total) value /= static_cast<double>(rows);
    return total;
  };
  auto const mean = mean_of([](double entry, std::size_t) { return entry; });
  auto const variance =
      mean_of([&](double entry, std::size_t k) { return (entry - mean[k]) * (entry - mean[k]); });
  mean_ = mean;
  for (std::size_t k = 0; k < variance.size(); ++k) {
    double const deviation = std::sqrt(variance[k]);
    bool const varies = numerics::differ_beyond_rounding(mean[k], mean[k] + deviation);
    deviation_[k] = varies ? deviation : 0;
    scale_[k] = varies ? 1 / deviation : 0;
  }
}

void OwnData::fill_inputs(Fold fold, mpi::Range rows, mpi::Range columns, linalg::MatrixView out) const {
  auto const& from = source(fold);
  for (auto row = rows.begin; row < rows.end; ++row) {
    auto const entries = from.inputs.row(from.first_row + row);
    auto const to = out.column(row - rows.begin);
    for (std::int64_t k = columns.begin; k < columns.end; ++k) {
      auto const at = static_cast<std::size_t>(k);
      to[static_cast<std::size_t>(k - columns.begin)] = (entries[at] - mean_[at]) * scale_[at];
    }
  }
}

void OwnData::fill_labels(Fold fold, std::int64_t first_row, std::span<double> y) const {
  auto const& from = source(fold);
  for (std::size_t i = 0; i < y.size(); ++i)
    y[i] = from.labels.row(from.first_row + first_row + static_cast<std::int64_t>(i)).front();
}

double OwnData::bytes(Parameters const& point) {
  return 2 * SlabReader::bytes(point.d) + 2 * SlabReader::bytes(1) + 8 * 6 * static_cast<double>(point.d);
}

}  // namespace thresher::reward_single_index
