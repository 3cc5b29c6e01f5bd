#pragma once

#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::linear_generative {

/// Shallow convolutional network on the L x L torus: at each pixel
///   F(p, t) = sum_h a_h ReLU(w_h . patch_KxK(p) + b_h t + e_h)
/// with circular padding. Not thread-safe (it keeps its activations); nothing is collective.
class PatchNetwork {
 public:
  PatchNetwork(std::int64_t side, std::int64_t kernel, std::int64_t hidden);

  std::int64_t pixels() const { return side_ * side_; }
  /// All parameters: (w_h, b_h, e_h) for h = 1..H, then a.
  std::span<double> parameters() { return parameters_; }
  std::span<double const> parameters() const { return parameters_; }
  /// w_h, b_h, e_h of all channels: (K^2 + 2) x H.
  linalg::MatrixView first_layer() { return {parameters_.data(), features(), hidden_}; }
  /// a.
  std::span<double> second_layer() {
    return std::span(parameters_).subspan(static_cast<std::size_t>(features() * hidden_));
  }

  /// F at every pixel of `images` (one per column) with the times t of the images. `outputs` has the shape of
  /// `images`.
  void evaluate(linalg::ConstMatrixView images, std::span<double const> times, linalg::MatrixView outputs);
  /// Mean over images and pixels of (F - target)^2; its derivative by the parameters goes to `gradient`.
  double loss(linalg::ConstMatrixView images, std::span<double const> times, linalg::ConstMatrixView targets,
              std::span<double> gradient);

 private:
  std::int64_t features() const { return kernel_ * kernel_ + 2; }
  linalg::MatrixView first_layer_of(std::span<double> values) const {
    return {values.data(), features(), hidden_};
  }
  void forward(linalg::ConstMatrixView images, std::span<double const> times);

  std::int64_t side_;
  std::int64_t kernel_;
  std::int64_t hidden_;
  std::vector<double> parameters_;
  linalg::DenseMatrix patches_;      ///< pixels of all images x (K^2 + 2)
  linalg::DenseMatrix activations_;  ///< pixels of all images x H, after the ReLU
};

}  // namespace thresher::linear_generative
