#pragma once

#include "linalg/narrow_products.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Cross-entropy of rows of logits (positions x tokens) in panels, some positions at a time in registers.
/// Nothing here is collective.
namespace thresher::federated_lora {

/// The target of each row of a panel as a number; rows below the text have none (-1).
numerics::AlignedVector panel_targets(std::span<std::int32_t const> targets);

/// Logits become weight (softmax - one-hot). `targets`: of the rows of `logits`.
void softmax_slopes(linalg::MatrixView logits, std::span<double const> targets, double weight);

/// Sums over the rows that have targets.
struct TextScore {
  double loss = 0;   ///< cross-entropy
  double right = 0;  ///< rows whose largest logit (the first one of equals) is that of the target
};
TextScore score_rows(linalg::ConstMatrixView logits, std::span<double const> targets);

}  // namespace thresher::federated_lora
