#include "experiments/mixed_quality_lasso/data/data_set.hpp"

#include "linalg/column_products.hpp"
#include "linalg/tiled_matrix.hpp"
#include "random/normal_columns.hpp"

#include <algorithm>
#include <limits>

namespace thresher::mixed_quality_lasso {

namespace {

std::vector<double const*> column_pointers(linalg::ConstMatrixView matrix) {
  std::vector<double const*> pointers;
  for (std::int64_t j = 0; j < matrix.columns; ++j) pointers.push_back(matrix.column(j).data());
  return pointers;
}

}  // namespace

DataSet::DataSet(std::span<Parameters const> points, study::Team& team, std::int64_t number,
                 std::int64_t largest_local_gram)
    : comm_(team.communicator()),
      p_(points.front().p),
      largest_local_gram_(largest_local_gram),
      chunks_(comm_.rank(), comm_.size()),
      design_(team.stream_of_trial(number, "DESIGN")) {
  for (auto const& point : points) {
    auto const setting = realise(point);
    most_high_ = std::max(most_high_, setting.n1);
    most_low_ = std::max(most_low_, setting.n2);
  }
  auto const s = points.front().s;
  support_ = team.stream_of_trial(number, "SUPPORT").sequence({}, 0).subset(p_, s);
  signs_.assign(static_cast<std::size_t>(s), 1.0);
  if (points.front().signal == Signal::signed_values)
    team.stream_of_trial(number, "SIGN").signs({}, 0, signs_);

  auto const noise = team.stream_of_trial(number, "NOISE");
  unit_noise_.resize(static_cast<std::size_t>(most_high_ + most_low_));
  auto const low_noise = std::span(unit_noise_).subspan(static_cast<std::size_t>(most_high_));
  noise.normals({}, 0, std::span(unit_noise_).first(static_cast<std::size_t>(most_high_)));
  noise.normals({}, static_cast<std::uint64_t>(kLowQualityRow), low_noise);

  held_high_ = chunks_.held(most_high_);
  held_ = held_high_ + chunks_.held(most_low_);
  support_rows_.resize(static_cast<std::size_t>(held_ * s));
  auto const generate = [&](std::int64_t first_id, std::int64_t rows, std::int64_t offset) {
    chunks_.for_each_run(rows, [&](std::int64_t begin, std::int64_t end, std::int64_t at) {
      random::fill_normal_columns(design_, first_id + begin, first_id + end, support_,
                                  std::span(support_rows_).subspan(static_cast<std::size_t>(offset + at)),
                                  held_);
    });
  };
  generate(0, most_high_, 0);
  generate(kLowQualityRow, most_low_, held_high_);

  // Every row of X_S sign is summed by one rank in the order of the support; zeros elsewhere leave its bits
  // alone.
  std::vector<double> held(static_cast<std::size_t>(held_), 0.0);
  linalg::add_combination(column_pointers({support_rows_.data(), held_, s, held_}), signs_, held);
  unit_signal_.assign(unit_noise_.size(), 0.0);
  auto const place = [&](std::int64_t rows, std::int64_t from, std::int64_t to) {
    chunks_.for_each_run(rows, [&](std::int64_t begin, std::int64_t end, std::int64_t at) {
      std::copy_n(held.begin() + from + at, end - begin, unit_signal_.begin() + to + begin);
    });
  };
  place(most_high_, 0, 0);
  place(most_low_, held_high_, most_high_);
  if (comm_.size() > 1) mpi::sum_in_place(comm_, unit_signal_);

  columns_ = std::make_unique<DesignColumns>(design_, mpi::share(p_, comm_.rank(), comm_.size()), most_high_,
                                             most_low_);
}

void DataSet::fill_rows(std::int64_t first_row_id, std::int64_t begin, std::int64_t end, std::int64_t column,
                        std::span<double> out) const {
  if (begin == end) return;
  random::fill_normals(design_, {first_row_id + begin, first_row_id + end, column, column + 1},
                       random::Layout::column_major, out, end - begin);
}

std::vector<double> DataSet::noise(Setting const& setting) const {
  std::vector<double> z;
  z.reserve(static_cast<std::size_t>(setting.n()));
  for (std::int64_t i = 0; i < setting.n1; ++i)
    z.push_back(setting.sigma1 * unit_noise_[static_cast<std::size_t>(i)]);
  for (std::int64_t i = 0; i < setting.n2; ++i)
    z.push_back(setting.sigma2 * unit_noise_[static_cast<std::size_t>(most_high_ + i)]);
  return z;
}

std::vector<double> DataSet::response(Setting const& setting, double rho) const {
  auto y = noise(setting);
  for (std::int64_t i = 0; i < setting.n(); ++i) {
    auto const at = static_cast<std::size_t>(i < setting.n1 ? i : most_high_ + i - setting.n1);
    y[static_cast<std::size_t>(i)] += rho * unit_signal_[at];
  }
  return y;
}

linalg::ConstMatrixView DataSet::high_support_rows() const {
  return {support_rows_.data(), held_high_, static_cast<std::int64_t>(support_.size()),
          std::max<std::int64_t>(held_, 1)};
}

linalg::ConstMatrixView DataSet::low_support_rows() const {
  return {support_rows_.data() + held_high_, held_ - held_high_, static_cast<std::int64_t>(support_.size()),
          std::max<std::int64_t>(held_, 1)};
}

SupportMoments const& DataSet::moments(SupportMoments& kept, bool low, std::int64_t rows) const {
  if (kept.rows == rows) return kept;
  auto const s = static_cast<std::int64_t>(support_.size());
  auto const held_rows = chunks_.held(rows);
  auto const all = low ? low_support_rows() : high_support_rows();
  auto const used = all.block(0, 0, held_rows, s);

  std::vector<double> unit(static_cast<std::size_t>(held_rows));
  chunks_.for_each_run(rows, [&](std::int64_t begin, std::int64_t end, std::int64_t at) {
    std::copy_n(unit_noise_.begin() + (low ? most_high_ : 0) + begin, end - begin, unit.begin() + at);
  });
  bool const tiled = tiles_gram();
  if (tiled) {
    if (!kept.tiled_gram) kept.tiled_gram = std::make_shared<linalg::TiledMatrix>(comm_, s);
    kept.tiled_gram->set_gram(used);
  }
  kept.gram.assign(static_cast<std::size_t>(tiled ? 0 : s * s), 0.0);
  kept.noise.assign(static_cast<std::size_t>(s), 0.0);
  linalg::MatrixView const gram(kept.gram.data(), s, s);
  if (held_rows > 0) {
    if (!tiled) linalg::syrk(linalg::Triangle::lower, linalg::Transpose::yes, 1, used, 0, gram);
    linalg::add_column_products(column_pointers(used), unit, kept.noise);
  }
  if (comm_.size() > 1) {
    auto const to_first = [&](std::vector<double>& values) {
      std::size_t const piece = std::size_t{1} << 24;  // MPI counts in int, and buffers whole messages
      for (std::size_t begin = 0; begin < values.size(); begin += piece) {
        auto const count = static_cast<int>(std::min(piece, values.size() - begin));
        void* const from = comm_.rank() == 0 ? MPI_IN_PLACE : values.data() + begin;
        mpi::check(MPI_Reduce(from, values.data() + begin, count, MPI_DOUBLE, MPI_SUM, 0, comm_.get()),
                   "MPI_Reduce");
      }
    };
    to_first(kept.gram);
    to_first(kept.noise);
  }
  if (comm_.rank() == 0) {
    if (!tiled) linalg::symmetrize(linalg::Triangle::lower, gram);
  } else {
    kept.gram = {};
    kept.noise = {};
  }
  kept.rows = rows;
  return kept;
}

std::shared_ptr<ColumnNorms> DataSet::column_norms(std::int64_t n1, std::int64_t n2) const {
  if (norms_rows_ != std::pair(n1, n2)) {
    auto const count = static_cast<std::size_t>(columns_->range().size());
    std::vector<double> const unknown(count, std::numeric_limits<double>::quiet_NaN());
    norms_ = std::make_shared<ColumnNorms>(ColumnNorms{unknown, unknown});
    norms_rows_ = {n1, n2};
  }
  return norms_;
}

}  // namespace thresher::mixed_quality_lasso
