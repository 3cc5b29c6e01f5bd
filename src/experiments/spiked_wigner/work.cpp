#include "experiments/spiked_wigner/work.hpp"

#include "experiments/spiked_wigner/data.hpp"

namespace thresher::spiked_wigner {

namespace {

/// Products until the leading pair is there: two Krylov bases of 40 where it stands apart, four at the edge
/// of the bulk (n = 1000 to 4000).
constexpr double kProducts = 100;
/// A product is made for eight columns at once (linalg::ColumnGroups), used or not.
constexpr double kColumns = 8;
constexpr double kKrylovBasis = 42;
/// Rows that implicit storage draws at a time, at most.
constexpr double kRowsAtOnce = 256;

double order(Parameters const& point) {
  return static_cast<double>(point.n);
}

double entries(Parameters const& point) {
  return order(point) * order(point);
}

double bytes_of_data(Parameters const& point, int ranks) {
  auto const rows = linalg::TallMatrix::bytes_per_rank(point.n, point.n, ranks, row_storage(point.storage));
  return rows + 8 * order(point);
}

}  // namespace

study::Cost data_cost(Parameters const& point, int ranks) {
  return {.bytes_per_rank = bytes_of_data(point, ranks),
          .normals = order(point) + (point.storage == Storage::stored ? entries(point) : 0)};
}

study::Cost spectrum_cost(Parameters const& point, int ranks) {
  bool const stored = point.storage == Storage::stored;
  // Every rank holds whole vectors (gathered twice, and in a group of columns) and its share of the basis.
  double const vectors = 8 * order(point) * (2 + kColumns + kKrylovBasis / ranks);
  return {
      .bytes_per_rank = bytes_of_data(point, ranks) + vectors + (stored ? 0 : 8 * kRowsAtOnce * order(point)),
      .normals = stored ? 0 : kProducts * entries(point),
      .flops = kProducts * 2 * kColumns * entries(point),
      .bytes_streamed = stored ? kProducts * 8 * entries(point) : 0};
}

}  // namespace thresher::spiked_wigner
