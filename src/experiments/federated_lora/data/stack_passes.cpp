#include "experiments/federated_lora/data/stack_passes.hpp"

#include "linalg/column_products.hpp"
#include "linalg/symmetric_eigenpairs.hpp"
#include "prox/thresholded_subspace.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::federated_lora {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

/// Relative residuals of singular vectors by products.
constexpr double kPassTolerance = 1e-11;

std::vector<double> roots(std::vector<double> squares) {
  for (double& value : squares) value = std::sqrt(value);
  return squares;
}

/// The span of a piece's entries: its columns are contiguous.
std::span<double const> entries(ConstMatrixView piece) {
  return {piece.data, static_cast<std::size_t>(piece.rows * piece.columns)};
}

/// Norms and left singular vectors of A_k B_k^T with orthonormal B_k are those of A_k: whatever is measured
/// about a centre that is zero, the left factors tell.
bool left_factors_tell(ClientStack const& stack, DenseMatrix const& centre) {
  return stack.is_factored() && std::ranges::all_of(centre.values(), [](double c) { return c == 0; });
}
DenseMatrix zero_like(ClientStack const& stack) {
  return {stack.rows(), stack.columns()};
}

}  // namespace

DenseMatrix weighted_sum(ClientStack const& stack, std::span<double const> weights) {
  DenseMatrix sum(stack.rows(), stack.columns());
  DenseMatrix scratch;
  for (auto const& piece : stack.pieces()) {
    double const weight = weights[static_cast<std::size_t>(piece.client)];
    if (weight == 0) continue;
    auto const from = entries(stack.get(piece, scratch));
    double* const to = sum.column(piece.columns.begin).data();
    for (std::size_t i = 0; i < from.size(); ++i) to[i] += weight * from[i];
  }
  mpi::sum_in_place(stack.communicator(), sum.values());
  return sum;
}

DenseMatrix mean_of(ClientStack const& stack, std::span<char const> marked) {
  auto const count = static_cast<double>(std::ranges::count_if(marked, [](char mark) { return mark != 0; }));
  std::vector<double> weights;
  for (char const mark : marked) weights.push_back(mark != 0 ? 1 / count : 0);
  return weighted_sum(stack, weights);
}

DenseMatrix mean_of(ClientStack const& stack) {
  return mean_of(stack, std::vector<char>(static_cast<std::size_t>(stack.clients()), 1));
}

std::vector<double> distances(ClientStack const& stack, DenseMatrix const& centre) {
  if (left_factors_tell(stack, centre)) return distances(stack.left(), zero_like(stack.left()));
  DenseMatrix scratch;
  std::vector<double> squares(static_cast<std::size_t>(stack.clients()));
  for (auto const& piece : stack.pieces())
    squares[static_cast<std::size_t>(piece.client)] +=
        linalg::squared_distance(entries(stack.get(piece, scratch)),
                                 entries(centre.columns_from(piece.columns.begin, piece.columns.size())));
  mpi::sum_in_place(stack.communicator(), squares);
  return roots(std::move(squares));
}

Residuals residuals(ClientStack const& stack, DenseMatrix const& centre, DenseMatrix const& frame) {
  if (left_factors_tell(stack, centre)) return residuals(stack.left(), zero_like(stack.left()), frame);
  DenseMatrix scratch;
  auto const clients = static_cast<std::size_t>(stack.clients());
  std::vector<double> squares(2 * clients);
  DenseMatrix difference(stack.rows(), stack.columns());
  DenseMatrix coefficients(frame.columns(), stack.columns());
  for (auto const& piece : stack.pieces()) {
    auto const client = static_cast<std::size_t>(piece.client);
    auto const estimate = entries(stack.get(piece, scratch));
    auto const from = entries(centre.columns_from(piece.columns.begin, piece.columns.size()));
    MatrixView const d = difference.columns_from(0, piece.columns.size());
    for (std::size_t i = 0; i < estimate.size(); ++i) d.data[i] = estimate[i] - from[i];
    squares[client] += linalg::squared_distance(estimate, from);
    MatrixView const c = coefficients.columns_from(0, piece.columns.size());
    if (frame.columns() > 0) {
      linalg::gemm(Transpose::yes, Transpose::no, 1, frame.view(), d, 0, c);
      linalg::gemm(Transpose::no, Transpose::no, -1, frame.view(), c, 1, d);
    }
    double rest = 0;
    for (double const value : entries(d)) rest += value * value;
    squares[clients + client] += rest;
  }
  mpi::sum_in_place(stack.communicator(), squares);
  squares = roots(std::move(squares));
  auto const middle = squares.begin() + static_cast<std::ptrdiff_t>(clients);
  return {{squares.begin(), middle}, {middle, squares.end()}};
}

std::int64_t columns_at_once(std::int64_t rows) {
  constexpr std::int64_t kEntries = 1 << 20;
  return std::max<std::int64_t>(kEntries / rows, 64);
}

void visit(WeightedStack const& weighted, std::function<void(MatrixView)> const& visitor) {
  auto const& stack = weighted.stack;
  std::int64_t const most =
      std::min(columns_at_once(stack.rows()), std::max<std::int64_t>(stack.own_columns(), 1));
  DenseMatrix block(stack.rows(), most), scratch;
  std::int64_t filled = 0;
  for (auto const& piece : stack.pieces()) {
    double const weight = weighted.weights[static_cast<std::size_t>(piece.client)];
    if (weight == 0) continue;
    auto const from = stack.get(piece, scratch);
    for (std::int64_t begin = 0; begin < from.columns;) {
      std::int64_t const count = std::min(from.columns - begin, most - filled);
      double const* const m = from.column(begin).data();
      double const* const c = weighted.centre.column(piece.columns.begin + begin).data();
      double* const to = block.column(filled).data();
      std::int64_t const size = count * stack.rows();
      for (std::int64_t i = 0; i < size; ++i) to[i] = weight * (m[i] - c[i]);
      begin += count;
      filled += count;
      if (filled < most) continue;
      visitor(block.view());
      filled = 0;
    }
  }
  if (filled > 0) visitor(block.columns_from(0, filled));
}

DenseMatrix gram(WeightedStack const& stack) {
  DenseMatrix sum(stack.stack.rows(), stack.stack.rows());
  visit(stack, [&](MatrixView block) {
    linalg::syrk(linalg::Triangle::lower, Transpose::no, 1, block, 1, sum.view());
  });
  mpi::sum_in_place(stack.stack.communicator(), sum.values());
  linalg::symmetrize(linalg::Triangle::lower, sum.view());
  return sum;
}

prox::ShrinkingFactor leading_left_vectors(WeightedStack const& stack, std::int64_t count) {
  if (left_factors_tell(stack.stack, stack.centre)) {
    auto const zero = zero_like(stack.stack.left());
    return leading_left_vectors({stack.stack.left(), zero, stack.weights}, count);
  }
  auto const& comm = stack.stack.communicator();
  if (stack.stack.rows() > kLargestGram) {
    prox::ThresholdedSubspace subspace(comm, stack.stack.rows());
    return subspace.leading(
        [&](ConstMatrixView in, MatrixView out) {
          for (std::int64_t j = 0; j < out.columns; ++j) std::ranges::fill(out.column(j), 0.0);
          DenseMatrix inner;
          visit(stack, [&](MatrixView block) {
            inner = DenseMatrix(block.columns, in.columns);
            linalg::gemm(Transpose::yes, Transpose::no, 1, block, in, 0, inner.view());
            linalg::gemm(Transpose::no, Transpose::no, 1, block, inner.view(), 1, out);
          });
        },
        count, kPassTolerance);
  }
  auto products = gram(stack);
  linalg::SymmetricEigenpairs pairs;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) pairs = linalg::largest_eigenpairs(linalg::Triangle::lower, products.view(), count);
  });
  if (comm.rank() != 0)
    pairs = {std::vector<double>(static_cast<std::size_t>(count)), DenseMatrix(stack.stack.rows(), count)};
  mpi::broadcast(comm, std::span(pairs.values));
  mpi::broadcast(comm, pairs.vectors.values());
  prox::ShrinkingFactor factor{std::move(pairs.vectors), {}, 0};
  for (double const value : pairs.values) factor.singular_values.push_back(std::sqrt(std::max(value, 0.0)));
  return factor;
}

}  // namespace thresher::federated_lora
