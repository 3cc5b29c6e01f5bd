#include "experiments/federated_lora/data/copy/transformer.hpp"

#include "numerics/exponentials.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

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

/// Rows become exponentials of their distances from the largest entry.
struct RowSums {
  std::vector<double> largest;
  std::vector<double> sums;  ///< of the exponentials
};

RowSums exponentiate_rows(MatrixView a) {
  auto const count = static_cast<std::size_t>(a.rows);
  RowSums rows{{a.column(0).begin(), a.column(0).end()}, std::vector<double>(count)};
  for (std::int64_t j = 1; j < a.columns; ++j) {
    auto const column = a.column(j);
    for (std::size_t i = 0; i < count; ++i) rows.largest[i] = std::max(rows.largest[i], column[i]);
  }
  for (std::int64_t j = 0; j < a.columns; ++j) {
    auto const column = a.column(j);
    for (std::size_t i = 0; i < count; ++i) column[i] -= rows.largest[i];
    numerics::exponentials_in_place(column);
    for (std::size_t i = 0; i < count; ++i) rows.sums[i] += column[i];
  }
  return rows;
}

/// Softmax of what position T + t of each sequence (row t of its T) sees, T + t + 1 entries; the others
/// become 0.
void causal_softmax(MatrixView scores, std::int64_t length) {
  for (std::int64_t j = length + 1; j < scores.columns; ++j)
    for (std::int64_t first = 0; first < scores.rows; first += length)
      for (std::int64_t t = 0; t < j - length; ++t)
        scores(first + t, j) = -std::numeric_limits<double>::infinity();
  auto const sums = exponentiate_rows(scores).sums;
  for (std::int64_t j = 0; j < scores.columns; ++j) {
    auto const column = scores.column(j);
    for (std::size_t i = 0; i < sums.size(); ++i) column[i] /= sums[i];
  }
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
    linalg::gemm(Transpose::no, Transpose::yes, 1, queries.view().block(length * b, 0, length, width), x, 0,
                 contexts.weights.view().block(length * b, 0, length, 2 * length));
  }
  causal_softmax(contexts.weights.view(), length);
  for (std::int64_t b = 0; b < sequences; ++b) {
    auto const x = contexts.inputs.view().block(2 * length * b, 0, 2 * length, width);
    linalg::gemm(Transpose::no, Transpose::no, 1,
                 contexts.weights.view().block(length * b, 0, length, 2 * length), x, 0,
                 contexts.values.view().block(length * b, 0, length, width));
  }
  return contexts;
}

DenseMatrix logits(Transformer const& network, Contexts const& contexts, ConstMatrixView theta) {
  DenseMatrix hidden = contexts.outputs;
  linalg::gemm(Transpose::no, Transpose::no, 1, contexts.values.view(), theta, 1, hidden.view());
  return product(hidden.view(), Transpose::yes, network.readout.view());
}

namespace {

/// (softmax - one-hot) / N from exponentials.
void slopes_of_exponentials(MatrixView exponentials, std::vector<double> const& sums,
                            std::span<std::int32_t const> targets) {
  auto const n = static_cast<double>(sums.size());
  std::vector<double> factors(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) factors[i] = 1 / (sums[i] * n);
  for (std::int64_t a = 0; a < exponentials.columns; ++a) {
    auto const column = exponentials.column(a);
    for (std::size_t i = 0; i < sums.size(); ++i) column[i] *= factors[i];
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    exponentials(static_cast<std::int64_t>(i), targets[i]) -= 1 / n;
}

}  // namespace

double cross_entropy(MatrixView logits, std::span<std::int32_t const> targets) {
  double loss = 0;
  for (std::int64_t i = 0; i < logits.rows; ++i) loss -= logits(i, targets[static_cast<std::size_t>(i)]);
  auto const rows = exponentiate_rows(logits);
  for (std::int64_t i = 0; i < logits.rows; ++i)
    loss += rows.largest[static_cast<std::size_t>(i)] + std::log(rows.sums[static_cast<std::size_t>(i)]);
  slopes_of_exponentials(logits, rows.sums, targets);
  return loss / static_cast<double>(logits.rows);
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
