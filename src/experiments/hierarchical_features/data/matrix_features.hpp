#pragma once

#include "experiments/hierarchical_features/data/features.hpp"
#include "linalg/tall_matrix.hpp"

namespace thresher::hierarchical_features {

/// Features that are the rows of a matrix: of the Gaussian model, or the user's.
class MatrixFeatures : public Features {
 public:
  explicit MatrixFeatures(linalg::TallMatrix rows);

  linalg::RowLayout const& layout() const override { return layout_; }
  std::int64_t rows() const override { return rows_.rows(); }
  linalg::DenseMatrix times(linalg::ConstMatrixView own_panel) const override;
  void transposed_times(std::span<double const> own_w, std::span<double> own_out) const override;
  void weighted_gram_times(std::span<double const> own_w, std::span<double const> own_a,
                           std::span<double> own_out) const override;
  std::vector<double> squared_norms() const override;
  void visit(Visitor const& visitor) const override;

 private:
  linalg::TallMatrix rows_;
  linalg::RowLayout layout_;
};

}  // namespace thresher::hierarchical_features
