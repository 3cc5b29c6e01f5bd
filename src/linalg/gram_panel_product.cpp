#include "linalg/gram_panel_product.hpp"

#include "linalg/narrow_products.hpp"

#include <algorithm>
#include <utility>

namespace thresher::linalg {

namespace {

/// Columns of P that are used twice while the second cache holds them.
constexpr std::int64_t kTile = 32;
/// From more columns of Q on, packing costs little beside the arithmetic.
constexpr std::int64_t kMostColumns = 64;
/// Columns of Q are filled up with zeros to a multiple of so many: kernels take no part of a tile.
constexpr std::int64_t kColumnsTogether = 8;

}  // namespace

void gram_panel_product(ConstMatrixView p, ConstMatrixView q, MatrixView inner, MatrixView out) {
  if (q.columns > kMostColumns) {
    gemm(Transpose::yes, Transpose::no, 1, q, p, 0, inner);
    gemm(Transpose::no, Transpose::yes, 1, p, inner, 0, out);
    return;
  }
  std::int64_t const columns = (q.columns + kColumnsTogether - 1) / kColumnsTogether * kColumnsTogether;
  Panel padded(q.rows, columns), sum(q.rows, columns), tile(p.rows, kTile);
  std::vector<double> overlaps(static_cast<std::size_t>(columns * kTile));
  for (std::int64_t j = 0; j < q.columns; ++j) std::ranges::copy(q.column(j), padded.view().column(j).data());
  for (std::int64_t at = 0; at < p.columns; at += kTile) {
    std::int64_t const width = std::min(kTile, p.columns - at);
    for (std::int64_t j = 0; j < width; ++j)
      std::ranges::copy(p.column(at + j), tile.view().column(j).data());
    ConstMatrixView const rows = std::as_const(tile).view().block(0, 0, tile.padded_rows(), width);
    MatrixView const part(overlaps.data(), columns, width);
    panel_overlaps(std::as_const(padded).view(), rows, part);
    panel_product(std::as_const(sum).view(), rows, Coefficients::transposed(part), sum.view());
    for (std::int64_t j = 0; j < width; ++j)
      std::ranges::copy(part.column(j).first(static_cast<std::size_t>(q.columns)),
                        inner.column(at + j).begin());
  }
  for (std::int64_t j = 0; j < q.columns; ++j)
    std::ranges::copy(sum.view().column(j).first(static_cast<std::size_t>(out.rows)), out.column(j).begin());
}

}  // namespace thresher::linalg
