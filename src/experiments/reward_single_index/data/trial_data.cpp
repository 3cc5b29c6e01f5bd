#include "experiments/reward_single_index/data/trial_data.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_products.hpp"
#include "linalg/dense_matrix.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr std::int64_t kRowsAtOnce = 64;

void round_to_float(linalg::MatrixView block) {
  for (std::int64_t j = 0; j < block.columns; ++j)
    for (double& entry : block.column(j)) entry = static_cast<float>(entry);
}

}  // namespace

linalg::RowStorage settled_storage(Parameters const& point, study::Resources const& resources) {
  bool const single = point.precision == Precision::single;
  auto const stored = single ? linalg::RowStorage::stored32 : linalg::RowStorage::stored;
  if (point.storage == Storage::stored) return stored;
  if (point.storage == Storage::stream) return linalg::RowStorage::implicit;
  double const bytes =
      (single ? 4.0 : 8.0) * static_cast<double>(first_rows(point)) * static_cast<double>(point.d);
  return bytes <= 0.6 * resources.bytes_per_rank * resources.ranks ? stored : linalg::RowStorage::implicit;
}

TrialData::TrialData(Parameters const& point, study::Team& team)
    : team_(team),
      point_(point),
      link_(point),
      own_(point.input != nullptr ? std::make_unique<OwnData const>(point, team) : nullptr),
      input_stream_(team.stream("input1")),
      noise_(point, team, "noise1") {}

std::vector<double> const& TrialData::theta() const {
  if (own_) return own_->direction();
  if (!theta_.empty()) return theta_;
  theta_.resize(static_cast<std::size_t>(point_.d));
  team_.stream("direction").normals({}, 0, theta_);
  double const norm = std::sqrt(linalg::inner_product(theta_, theta_));
  for (double& entry : theta_) entry /= norm;
  return theta_;
}

void TrialData::fill_inputs(Precision precision, mpi::Range rows, mpi::Range columns,
                            linalg::MatrixView out) const {
  if (own_)
    own_->fill_inputs(OwnData::Fold::first, rows, columns, out);
  else
    random::fill_normals(input_stream_, {rows.begin, rows.end, columns.begin, columns.end},
                         random::Layout::row_major,
                         {out.data, static_cast<std::size_t>(out.leading * rows.size())}, out.leading);
  if (precision == Precision::single) round_to_float(out.block(0, 0, columns.size(), rows.size()));
}

void TrialData::fill_inputs(mpi::Range rows, mpi::Range columns, std::span<float> out) const {
  if (!own_)
    return random::fill_normals(input_stream_, {rows.begin, rows.end, columns.begin, columns.end},
                                random::Layout::row_major, out, columns.size());
  linalg::DenseMatrix block(columns.size(), rows.size());
  own_->fill_inputs(OwnData::Fold::first, rows, columns, block.view());
  std::ranges::transform(block.values(), out.begin(), [](double value) { return static_cast<float>(value); });
}

linalg::TallMatrix TrialData::inputs(mpi::Communicator const& comm, mpi::Range rows, Precision precision,
                                     linalg::RowStorage storage) const {
  auto const d = point_.d;
  return {comm, rows.size(), d, storage, [this, rows, precision, d](mpi::Range some, std::span<double> out) {
            fill_inputs(precision, {rows.begin + some.begin, rows.begin + some.end}, {0, d},
                        {out.data(), d, some.size()});
          }};
}

void TrialData::start_labels(std::int64_t first_row, std::span<double> y) const {
  if (own_)
    own_->fill_labels(OwnData::Fold::first, first_row, y);
  else
    noise_.fill({}, first_row, y);
}

void TrialData::finish_labels(std::span<double const> z, std::span<double> y) const {
  if (own_) return;
  for (std::size_t row = 0; row < z.size(); ++row) y[row] += link_(z[row]);
}

Labels TrialData::labels(mpi::Range rows, linalg::ConstMatrixView block) const {
  auto const count = static_cast<std::size_t>(rows.size());
  Labels made{std::vector<double>(count), std::vector<double>(count)};
  auto const& direction = theta();
  for (std::int64_t row = 0; row < rows.size(); ++row)
    made.z[static_cast<std::size_t>(row)] = linalg::inner_product(direction, block.column(row));
  start_labels(rows.begin, made.y);
  finish_labels(made.z, made.y);
  return made;
}

linalg::TallMatrix const& TrialData::team_inputs(Parameters const& point) const {
  auto const key = std::pair(point.precision, settled_storage(point, team_.resources()));
  auto const known = kept_.find(key);
  if (known != kept_.end()) return known->second;
  auto made = inputs(team_.communicator(), {0, first_rows(point_)}, key.first, key.second);
  return kept_.emplace(key, std::move(made)).first->second;
}

void TrialData::visit(linalg::TallMatrix const& inputs, Precision precision, Visitor const& visitor) const {
  auto& kept = labels_[precision];
  auto const own = inputs.owned();
  bool const known = kept.y.size() == static_cast<std::size_t>(own.size()) && own.size() > 0;
  if (!known) {
    kept.z.resize(static_cast<std::size_t>(own.size()));
    kept.y.resize(kept.z.size());
  }
  inputs.visit([&](mpi::Range rows, linalg::ConstMatrixView block) {
    auto const at = static_cast<std::size_t>(rows.begin - own.begin);
    if (!known) {
      auto const made = labels(rows, block);
      std::ranges::copy(made.z, kept.z.begin() + static_cast<std::ptrdiff_t>(at));
      std::ranges::copy(made.y, kept.y.begin() + static_cast<std::ptrdiff_t>(at));
    }
    visitor(rows, block, std::span(kept.y).subspan(at, static_cast<std::size_t>(rows.size())));
  });
}

Labels const& TrialData::own_labels(Parameters const& point) const {
  auto const known = labels_.find(point.precision);
  if (known != labels_.end()) return known->second;
  auto const& inputs = team_inputs(point);
  mpi::agree(team_.communicator(), [&] {
    visit(inputs, point.precision, [](mpi::Range, linalg::ConstMatrixView, std::span<double const>) {});
  });
  return labels_.at(point.precision);
}

std::vector<double> TrialData::training_labels(Parameters const& point) const {
  auto const& comm = team_.communicator();
  std::vector<double> all(static_cast<std::size_t>(calibration_rows(point)), 0.0);
  if (own_) {
    mpi::agree(comm, [&] { own_->fill_labels(OwnData::Fold::first, 0, all); });
    return all;
  }
  mpi::agree(comm, [&] {
    auto const own = mpi::share(calibration_rows(point), comm.rank(), comm.size());
    linalg::DenseMatrix block(point_.d, std::min(own.size(), kRowsAtOnce));
    for (auto row = own.begin; row < own.end; row += kRowsAtOnce) {
      mpi::Range const some{row, std::min(row + kRowsAtOnce, own.end)};
      auto const view = block.columns_from(0, some.size());
      fill_inputs(point.precision, some, {0, point_.d}, view);
      std::ranges::copy(labels(some, view).y, all.begin() + row);
    }
  });
  // Every label is one rank's: adding zeros rounds nothing.
  mpi::sum_in_place(comm, all);
  return all;
}

Labels TrialData::separate_labels(Parameters const& point) const {
  auto const count = static_cast<std::size_t>(calibration_rows(point));
  Labels made{std::vector<double>(count), std::vector<double>(count)};
  if (own_) {
    mpi::agree(team_.communicator(), [&] {
      own_->fill_labels(OwnData::Fold::first, 0, made.y);
      if (!knows_direction(point_)) return;
      linalg::DenseMatrix row(point_.d, 1);
      for (std::int64_t i = 0; i < calibration_rows(point); ++i) {
        fill_inputs(point.precision, {i, i + 1}, {0, point_.d}, row.view());
        made.z[static_cast<std::size_t>(i)] = linalg::inner_product(theta(), row.column(0));
      }
    });
    return made;
  }
  team_.stream("calibration").normals({}, 0, made.z);
  NoiseDraws(point, team_, "calibration_noise").fill({}, 0, made.y);
  for (std::size_t row = 0; row < count; ++row) made.y[row] += link_(made.z[row]);
  return made;
}

}  // namespace thresher::reward_single_index
