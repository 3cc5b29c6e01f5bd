#include "experiments/spiked_wigner/data.hpp"

#include "linalg/column_products.hpp"
#include "linalg/row_products.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thresher::spiked_wigner {

namespace {

std::vector<double> uniform_direction(random::Stream const& stream, std::int64_t n) {
  std::vector<double> direction(static_cast<std::size_t>(n));
  stream.normals({}, 0, direction);
  double const norm = std::sqrt(linalg::inner_product(direction, direction));
  for (double& entry : direction) entry /= norm;
  return direction;
}

}  // namespace

linalg::RowStorage row_storage(Storage storage) {
  return storage == Storage::stored ? linalg::RowStorage::stored : linalg::RowStorage::implicit;
}

SpikedMatrix::SpikedMatrix(Parameters const& point, study::Team& team)
    : team_(team),
      theta_(point.theta),
      noise_(team.stream("noise")),
      layout_(team.communicator(), point.n),
      signal_(uniform_direction(team.stream("signal"), point.n)),
      matrix_(team.communicator(), point.n, point.n, row_storage(point.storage),
              [this](mpi::Range rows, std::span<double> out) { draw_rows(rows, out); }) {}

/// Noise (i, j) with i >= j is the normal at (i, j) of the stream. Of these rows that is the part up to the
/// diagonal; what lies right of it is the same rows' columns below the diagonal.
void SpikedMatrix::draw_rows(mpi::Range rows, std::span<double> out) const {
  auto const n = layout_.rows();
  if (rows.size() == 0) return;
  random::fill_normals(noise_, {rows.begin, rows.end, 0, rows.end}, random::Layout::row_major, out, n);
  random::fill_normals(noise_, {rows.end, n, rows.begin, rows.end}, random::Layout::column_major,
                       out.subspan(static_cast<std::size_t>(rows.end)), n);

  linalg::MatrixView const row(out.data(), n, rows.size());  // row k is its column k
  for (std::int64_t k = 0; k < rows.size(); ++k) {
    auto const i = rows.begin + k;
    for (auto j = rows.begin; j < i; ++j) row(i, j - rows.begin) = row(j, k);
    row(i, k) *= std::numbers::sqrt2;
  }
  double const scale = 1 / std::sqrt(static_cast<double>(n));
  for (std::int64_t k = 0; k < rows.size(); ++k) {
    double const pull = theta_ * signal_[static_cast<std::size_t>(rows.begin + k)];
    for (std::int64_t j = 0; j < n; ++j)
      row(j, k) = scale * row(j, k) + pull * signal_[static_cast<std::size_t>(j)];
  }
}

void SpikedMatrix::apply(linalg::ConstMatrixView own_in, linalg::MatrixView own_out) const {
  if (team_.stopping()) throw study::Interrupted();
  auto const product = linalg::rows_times_panel(matrix_, layout_, own_in);
  for (std::int64_t j = 0; j < own_in.columns; ++j)
    std::ranges::copy(product.column(j), own_out.column(j).begin());
}

linalg::ConstMatrixView SpikedMatrix::own_signal() const {
  return {signal_.data() + layout_.owned().begin, layout_.owned().size(), 1};
}

}  // namespace thresher::spiked_wigner
