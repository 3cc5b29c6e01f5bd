#pragma once

#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// One causal attention block with a residual that copies text, read at its output positions. Rows of all
/// matrices of text are positions; nothing here is collective.
namespace thresher::federated_lora {

/// For source x_1 .. x_T the input is z = (x_1 .. x_T, SEP, x_1 .. x_{T-1}), X_i = E[z_i] + P_i; output
/// position T + t (t = 1 .. T) attends to X_1 .. X_{T+t} with softmax(X_i^T A X_j), and its logits are W_U
/// (X_i + Theta^T c_i).
struct Transformer {
  linalg::DenseMatrix tokens;     ///< E: (v + 1) x d, row v is SEP
  linalg::DenseMatrix positions;  ///< P: 2 T x d
  linalg::DenseMatrix readout;    ///< W_U: v x d
  linalg::DenseMatrix attention;  ///< A: d x d
  linalg::DenseMatrix value;      ///< Theta: d x d

  std::int64_t vocabulary() const { return readout.rows(); }
  std::int64_t width() const { return readout.columns(); }
  std::int64_t length() const { return positions.rows() / 2; }
};

/// Sequences of T tokens, one after the other.
using Text = std::vector<std::int32_t>;

/// What the attention makes of a text; it does not depend on Theta.
struct Contexts {
  linalg::DenseMatrix inputs;   ///< X of all positions, 2 T rows per sequence
  linalg::DenseMatrix outputs;  ///< X of the output positions, T rows per sequence
  linalg::DenseMatrix weights;  ///< a_ij of the output positions: 2 T columns
  linalg::DenseMatrix values;   ///< c_i of the output positions
};
Contexts attend(Transformer const& network, Text const& source);

/// Logits (positions x v) with the value matrix Theta.
linalg::DenseMatrix logits(Transformer const& network, Contexts const& contexts,
                           linalg::ConstMatrixView theta);

/// Mean cross-entropy of the targets; the logits become its derivative by them, (softmax - one-hot) / N.
double cross_entropy(linalg::MatrixView logits, std::span<std::int32_t const> targets);

/// Mean loss on a text with its derivatives by A and Theta.
struct Gradients {
  double loss = 0;
  linalg::DenseMatrix attention;
  linalg::DenseMatrix value;
};
Gradients gradients(Transformer const& network, Text const& source, std::span<std::int32_t const> targets);

}  // namespace thresher::federated_lora
