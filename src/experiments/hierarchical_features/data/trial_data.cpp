#include "experiments/hierarchical_features/data/trial_data.hpp"

#include "experiments/hierarchical_features/data/directions.hpp"
#include "experiments/hierarchical_features/data/matrix_features.hpp"
#include "experiments/hierarchical_features/data/tensor_features.hpp"

#include <array>
#include <cmath>
#include <string>

namespace thresher::hierarchical_features {

namespace {

std::array<char const*, kFolds> constexpr kFoldNames{"spectral", "second", "readout", "test"};

std::string stream_name(char const* kind, Fold fold) {
  return std::string(kind) + "_" + kFoldNames[static_cast<std::size_t>(fold)];
}

/// Coordinates of what is held of a sample.
std::int64_t held_coordinates(Parameters const& point, Sizes const& sizes) {
  return has_feature_matrix(point) ? sizes.features : sizes.inputs;
}

}  // namespace

double fold_bytes_per_rank(Parameters const& point, int ranks, Holding holding) {
  auto const sizes = sizes_of(point);
  double bytes = 0;
  for (auto const rows : sizes.rows) {
    if (has_feature_matrix(point))
      bytes += linalg::TallMatrix::bytes_per_rank(
          rows, sizes.features, ranks,
          holding == Holding::stored ? linalg::RowStorage::stored : linalg::RowStorage::implicit);
    else
      bytes += SampleStrips::bytes_per_rank(rows, sizes.inputs, ranks, holding);
  }
  return bytes;
}

Holding settled_holding(Parameters const& point, int ranks, double bytes_per_rank) {
  if (point.input != nullptr || point.storage == Storage::stored) return Holding::stored;
  if (point.storage == Storage::regenerate) return Holding::regenerated;
  auto const sizes = sizes_of(point);
  double rows = 0;
  for (auto const fold : sizes.rows) rows += static_cast<double>(fold);
  double const bytes = 8 * rows * static_cast<double>(held_coordinates(point, sizes));
  return bytes <= bytes_per_rank / 2 * ranks ? Holding::stored : Holding::regenerated;
}

TrialData::TrialData(Parameters const& point, study::Team& team)
    : team_(team), point_(point), sizes_(sizes_of(point)), layout_(team.communicator(), sizes_.features) {
  if (point.input != nullptr) {
    user_rows_.emplace(point, team);
    return;
  }
  truth_ =
      Truth{hidden_directions(point.directions, layout_, sizes_.hidden, team), trial_strengths(point, team)};
}

FoldData const& TrialData::fold(Fold which, Parameters const& point) const {
  auto const rows = sizes_of(point).rows_of(which);
  auto const resources = team_.resources();
  auto const holding = settled_holding(point, resources.ranks, resources.bytes_per_rank);
  auto const key = std::tuple(which, rows, holding);
  auto const known = folds_.find(key);
  if (known != folds_.end()) return known->second;
  return folds_.emplace(key, make_fold(which, rows, holding)).first->second;
}

FoldData TrialData::make_fold(Fold which, std::int64_t rows, Holding holding) const {
  auto const& comm = team_.communicator();
  auto const stream = team_.stream(stream_name("input", which));
  FoldData made;
  if (has_feature_matrix(point_)) {
    auto const columns = sizes_.features;
    auto const storage =
        holding == Holding::stored ? linalg::RowStorage::stored : linalg::RowStorage::implicit;
    linalg::RowGenerator generate = [stream, columns](mpi::Range some, std::span<double> out) {
      random::fill_normals(stream, {some.begin, some.end, 0, columns}, random::Layout::row_major, out,
                           columns);
    };
    if (user_rows_)
      generate = [this, which](mpi::Range some, std::span<double> out) {
        std::ranges::copy(user_rows_->rows(which, some), out.begin());
      };
    made.features = std::make_unique<MatrixFeatures>(
        linalg::TallMatrix(comm, rows, columns, storage, std::move(generate)));
  } else {
    auto const d = sizes_.inputs;
    SampleStrips::Generator generate = [stream, d](mpi::Range some, std::span<double> out,
                                                   std::int64_t leading) {
      random::fill_normals(stream, {some.begin, some.end, 0, d}, random::Layout::column_major, out, leading);
    };
    if (user_rows_)
      generate = [this, which, d](mpi::Range some, std::span<double> out, std::int64_t leading) {
        auto const entries = user_rows_->rows(which, some);
        for (std::int64_t s = 0; s < some.size(); ++s)
          for (std::int64_t k = 0; k < d; ++k)
            out[static_cast<std::size_t>(k * leading + s)] = entries[static_cast<std::size_t>(s * d + k)];
      };
    made.inputs = std::make_unique<SampleStrips>(comm, rows, d, holding, std::move(generate));
    made.features = std::make_unique<TensorFeatures>(*made.inputs, point_.q);
  }
  made.own_labels = make_labels(which, *made.features);
  return made;
}

std::vector<double> TrialData::make_labels(Fold which, Features const& features) const {
  auto const own = features.owned();
  std::vector<double> labels;
  if (user_rows_) {
    mpi::agree(team_.communicator(), [&] { labels = user_rows_->labels(which, own); });
    return labels;
  }
  auto const hidden = features.times(truth_->own_directions.view());
  labels.resize(static_cast<std::size_t>(own.size()));
  std::vector<double> noise(labels.size());
  if (point_.noise_sigma > 0)
    team_.stream(stream_name("noise", which)).normals({}, static_cast<std::uint64_t>(own.begin), noise);
  for (std::size_t row = 0; row < labels.size(); ++row) {
    double h2 = 0;
    for (std::size_t k = 0; k < truth_->strengths.size(); ++k) {
      double const h = hidden(static_cast<std::int64_t>(row), static_cast<std::int64_t>(k));
      h2 += truth_->strengths[k] * (h * h - 1);
    }
    labels[row] = link_value(point_.link, h2 / std::sqrt(2.0)) + point_.noise_sigma * noise[row];
  }
  return labels;
}

std::vector<double> TrialData::input_rows(Fold which, mpi::Range rows) const {
  if (user_rows_) return user_rows_->rows(which, rows);
  std::vector<double> entries(static_cast<std::size_t>(rows.size() * sizes_.inputs));
  random::fill_normals(team_.stream(stream_name("input", which)), {rows.begin, rows.end, 0, sizes_.inputs},
                       random::Layout::row_major, entries, sizes_.inputs);
  return entries;
}

}  // namespace thresher::hierarchical_features
