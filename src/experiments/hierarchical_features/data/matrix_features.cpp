#include "experiments/hierarchical_features/data/matrix_features.hpp"

#include "linalg/row_products.hpp"
#include "linalg/weighted_gram_operator.hpp"

#include <algorithm>

namespace thresher::hierarchical_features {

namespace {

linalg::ConstMatrixView one_column(std::span<double const> values) {
  return {values.data(), static_cast<std::int64_t>(values.size()), 1};
}
linalg::MatrixView one_column(std::span<double> values) {
  return {values.data(), static_cast<std::int64_t>(values.size()), 1};
}

}  // namespace

MatrixFeatures::MatrixFeatures(linalg::TallMatrix rows)
    : rows_(std::move(rows)), layout_(rows_.communicator(), rows_.columns()) {}

linalg::DenseMatrix MatrixFeatures::times(linalg::ConstMatrixView own_panel) const {
  return linalg::rows_times_panel(rows_, layout_, own_panel);
}

void MatrixFeatures::transposed_times(std::span<double const> own_w, std::span<double> own_out) const {
  auto const result = linalg::transposed_rows_times_panel(rows_, layout_, one_column(own_w));
  std::ranges::copy(result.values(), own_out.begin());
}

void MatrixFeatures::weighted_gram_times(std::span<double const> own_w, std::span<double const> own_a,
                                         std::span<double> own_out) const {
  linalg::WeightedGramOperator(rows_, own_w, 0).apply(one_column(own_a), one_column(own_out));
}

std::vector<double> MatrixFeatures::squared_norms() const {
  std::vector<double> norms;
  rows_.visit([&](mpi::Range, linalg::ConstMatrixView block) {
    for (std::int64_t row = 0; row < block.columns; ++row) {
      double square = 0;
      for (double const value : block.column(row)) square += value * value;
      norms.push_back(square);
    }
  });
  return norms;
}

void MatrixFeatures::visit(Visitor const& visitor) const {
  rows_.visit(visitor);
}

}  // namespace thresher::hierarchical_features
