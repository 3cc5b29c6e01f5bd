#include "experiments/federated_lora/data/copy/transformer.hpp"

#include "numerics/exponentials.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::federated_lora {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

DenseMatrix product(ConstMatrixView a, Transpose of_b, ConstMatrixView b) {
  DenseMatrix c(a.rows, of_b == Transpose::no ? b.columns : b.rows);
  linalg::gemm(Transpose::no, of_b, 1, a, b, 0, c.view());
  return c;
}

/// Softmax of the first `visible` entries of a row; the others become 0.
void causal_softmax(MatrixView scores, std::int64_t row, std::int64_t visible) {
  double largest = scores(row, 0);
  for (std::int64_t j = 1; j < visible; ++j) largest = std::max(largest, scores(row, j));
  double sum = 0;
  for (std::int64_t j = 0; j < visible; ++j) sum += scores(row, j) = std::exp(scores(row, j) - largest);
  for (std::int64_t j = 0; j < visible; ++j) scores(row, j) /= sum;
  for (std::int64_t j = visible; j < scores.columns; ++j) scores(row, j) = 0;
}

}  // namespace

Contexts attend(Transformer const& network, Text const& source) {
  std::int64_t const length = network.length();
  std::int64_t const sequences = static_cast<std::int64_t>(source.size()) / length;
  std::int64_t const width = network.width();
  Contexts contexts{DenseMatrix(2 * length * sequences, width), DenseMatrix(length * sequences, width),
                    DenseMatrix(length * sequences, 2 * length), DenseMatrix(length * sequences, width)};
  for (std::int64_t column = 0; column < width; ++column)
    for (std::int64_t b = 0; b < sequences; ++b)
      for (std::int64_t i = 0; i < 2 * length; ++i) {
        std::int64_t const token =
            i == length ? network.vocabulary()
                        : source[static_cast<std::size_t>(b * length + (i < length ? i : i - length - 1))];
        double const entry = network.tokens(token, column) + network.positions(i, column);
        contexts.inputs(2 * length * b + i, column) = entry;
        if (i >= length) contexts.outputs(length * b + i - length, column) = entry;
      }
  auto const queries = product(contexts.outputs.view(), Transpose::no, network.attention.view());
  for (std::int64_t b = 0; b < sequences; ++b) {
    auto const x = contexts.inputs.view().block(2 * length * b, 0, 2 * length, width);
    auto const weights = contexts.weights.view().block(length * b, 0, length, 2 * length);
    linalg::gemm(Transpose::no, Transpose::yes, 1, queries.view().block(length * b, 0, length, width), x, 0,
                 weights);
    for (std::int64_t t = 0; t < length; ++t) causal_softmax(weights, t, length + t + 1);
    linalg::gemm(Transpose::no, Transpose::no, 1, weights, x, 0,
                 contexts.values.view().block(length * b, 0, length, width));
  }
  return contexts;
}

DenseMatrix logits(Transformer const& network, Contexts const& contexts, ConstMatrixView theta) {
  DenseMatrix hidden = contexts.outputs;
  linalg::gemm(Transpose::no, Transpose::no, 1, contexts.values.view(), theta, 1, hidden.view());
  return product(hidden.view(), Transpose::yes, network.readout.view());
}

double cross_entropy(MatrixView logits, std::span<std::int32_t const> targets) {
  auto const count = static_cast<std::size_t>(logits.rows);
  std::vector<double> largest(logits.column(0).begin(), logits.column(0).end());
  for (std::int64_t a = 1; a < logits.columns; ++a)
    for (std::size_t i = 0; i < count; ++i) {
      double const value = logits.column(a)[i];
      largest[i] = value > largest[i] ? value : largest[i];
    }
  double loss = 0;
  for (std::size_t i = 0; i < count; ++i)
    loss += largest[i] - logits(static_cast<std::int64_t>(i), targets[i]);
  std::vector<double> sums(count);
  for (std::int64_t a = 0; a < logits.columns; ++a) {
    auto const column = logits.column(a);
    for (std::size_t i = 0; i < count; ++i) column[i] -= largest[i];
    numerics::exponentials_in_place(column);
    for (std::size_t i = 0; i < count; ++i) sums[i] += column[i];
  }
  auto const n = static_cast<double>(count);
  for (double& sum : sums) {
    loss += std::log(sum);
    sum = 1 / (sum * n);
  }
  for (std::int64_t a = 0; a < logits.columns; ++a) {
    auto const column = logits.column(a);
    for (std::size_t i = 0; i < count; ++i) column[i] *= sums[i];
  }
  for (std::size_t i = 0; i < count; ++i) logits(static_cast<std::int64_t>(i), targets[i]) -= 1 / n;
  return loss / n;
}

Gradients gradients(Transformer const& network, Text const& source, std::span<std::int32_t const> targets) {
  std::int64_t const length = network.length();
  std::int64_t const width = network.width();
  auto const contexts = attend(network, source);
  auto slopes = logits(network, contexts, network.value.view());
  Gradients result{cross_entropy(slopes.view(), targets), DenseMatrix(width, width),
                   DenseMatrix(width, width)};
  auto const g = product(slopes.view(), Transpose::no, network.readout.view());
  linalg::gemm(Transpose::yes, Transpose::no, 1, contexts.values.view(), g.view(), 0, result.value.view());
  auto const pulled = product(g.view(), Transpose::yes, network.value.view());  // (Theta g_i)^T
  DenseMatrix moved(contexts.outputs.rows(), width);                            // (sum_j t_ij X_j)^T
  DenseMatrix t(length, 2 * length);
  for (std::int64_t b = 0; b < contexts.outputs.rows() / length; ++b) {
    auto const x = contexts.inputs.view().block(2 * length * b, 0, 2 * length, width);
    auto const weights = contexts.weights.view().block(length * b, 0, length, 2 * length);
    linalg::gemm(Transpose::no, Transpose::yes, 1, pulled.view().block(length * b, 0, length, width), x, 0,
                 t.view());
    for (std::int64_t i = 0; i < length; ++i) {
      double mean = 0;
      for (std::int64_t j = 0; j < 2 * length; ++j) mean += weights(i, j) * t(i, j);
      for (std::int64_t j = 0; j < 2 * length; ++j) t(i, j) = weights(i, j) * (t(i, j) - mean);
    }
    linalg::gemm(Transpose::no, Transpose::no, 1, t.view(), x, 0,
                 moved.view().block(length * b, 0, length, width));
  }
  linalg::gemm(Transpose::yes, Transpose::no, 1, contexts.outputs.view(), moved.view(), 0,
               result.attention.view());
  return result;
}

}  // namespace thresher::federated_lora
