#pragma once

#include "experiments/hierarchical_features/data/features.hpp"
#include "experiments/hierarchical_features/data/sample_strips.hpp"
#include "experiments/hierarchical_features/model/tensor_tiles.hpp"

namespace thresher::hierarchical_features {

/// Hermite features of degree q <= 3, never formed: products contract the packed vector, a symmetric tensor,
/// with the samples.
class TensorFeatures : public Features {
 public:
  /// `samples` must outlive it.
  TensorFeatures(SampleStrips const& samples, std::int64_t q);

  linalg::RowLayout const& layout() const override { return layout_; }
  std::int64_t rows() const override { return samples_.rows(); }
  linalg::DenseMatrix times(linalg::ConstMatrixView own_panel) const override;
  void transposed_times(std::span<double const> own_w, std::span<double> own_out) const override;
  void weighted_gram_times(std::span<double const> own_w, std::span<double const> own_a,
                           std::span<double> own_out) const override;
  std::vector<double> squared_norms() const override;
  void visit(Visitor const& visitor) const override;

 private:
  /// Adds sum over a block's samples of the weights that `weigh(rows, strip number, weights)` writes.
  template <class Weigh>
  void sum_over_samples(Weigh weigh, std::span<double> own_out) const;

  SampleStrips const& samples_;
  TensorTiles tiles_;
  linalg::RowLayout layout_;
};

}  // namespace thresher::hierarchical_features
