#pragma once

#include "experiments/federated_lora/data/copy/transformer.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/narrow_products.hpp"

#include <cstdint>
#include <span>

namespace thresher::federated_lora {

/// The mean cross-entropy of a text as a function of an update of Theta: contexts and the base's logits do
/// not depend on it and are computed once. Nothing here is collective.
class TextLoss {
 public:
  /// `network` must outlive the loss.
  TextLoss(Transformer const& network, Text const& source, std::span<std::int32_t const> targets);

  std::int64_t width() const { return contexts_.columns(); }
  std::int64_t vocabulary() const { return base_.columns(); }

  /// Room for the derivatives by an update, used again at every step.
  struct WholeSlopes {
    explicit WholeSlopes(TextLoss const& loss);
    linalg::DenseMatrix theta;  ///< d loss / d update

    linalg::Panel read;    ///< W_U update^T
    linalg::Panel slopes;  ///< by the logits
    linalg::Panel seen;    ///< slopes^T contexts
  };
  void differentiate(linalg::ConstMatrixView update, WholeSlopes& at) const;

  /// Room for the derivatives by the factors of an update F G.
  struct FactorSlopes {
    FactorSlopes(TextLoss const& loss, std::int64_t rank);
    linalg::DenseMatrix f;  ///< d loss / d F
    linalg::DenseMatrix g;  ///< d loss / d G

    linalg::Panel inner;   ///< contexts F
    linalg::Panel outer;   ///< W_U G^T
    linalg::Panel slopes;  ///< by the logits, base + inner outer^T
    linalg::Panel pulled;  ///< slopes outer
    linalg::Panel seen;    ///< slopes^T inner
  };
  /// Through matrices of the update's rank: the derivative by the whole matrix, d x d, is never made.
  void differentiate(linalg::ConstMatrixView f, linalg::ConstMatrixView g, FactorSlopes& at) const;

  /// How well an update writes the text.
  struct Reading {
    double accuracy = 0;
    double loss = 0;
  };
  Reading read(linalg::ConstMatrixView update) const;

 private:
  double positions_;
  linalg::Panel contexts_;
  linalg::Panel base_;     ///< logits without an update
  linalg::Panel readout_;  ///< W_U
  numerics::AlignedVector targets_;
};

}  // namespace thresher::federated_lora
