#include "experiments/implicit_regularization/estimators/fits/matrix_fit.hpp"

#include "linalg/lapack.hpp"
#include "linalg/singular_values.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace thresher::implicit_regularization {

namespace {

constexpr double kMatrixRankTolerance = 1e-10;
constexpr auto kNo = linalg::Transpose::no;
constexpr auto kYes = linalg::Transpose::yes;

double squared_norm(std::span<double const> values) {
  double sum = 0;
  for (double const each : values) sum += each * each;
  return sum;
}

linalg::DenseMatrix copied(linalg::ConstMatrixView from) {
  linalg::DenseMatrix copy(from.rows, from.columns);
  for (std::int64_t k = 0; k < from.columns; ++k) std::ranges::copy(from.column(k), copy.column(k).begin());
  return copy;
}

/// Theta = U diag(values) W^T, the part above the tolerance.
struct Span {
  linalg::DenseMatrix u;
  std::vector<double> values;
  linalg::DenseMatrix w_transposed;

  explicit Span(linalg::ConstMatrixView theta) {
    auto const most = std::min(theta.rows, theta.columns);
    u = linalg::DenseMatrix(theta.rows, most);
    w_transposed = linalg::DenseMatrix(most, theta.columns);
    values.resize(static_cast<std::size_t>(most));
    auto spoilt = copied(theta);
    linalg::gesdd(spoilt.view(), values, u.view(), w_transposed.view());
    double const least = values.empty() ? 0 : kMatrixRankTolerance * values.front();
    while (!values.empty() && !(values.back() > 0 && values.back() >= least)) values.pop_back();
  }
  std::int64_t rank() const { return static_cast<std::int64_t>(values.size()); }
};

}  // namespace

linalg::DenseMatrix diagonal_quadratic(linalg::ConstMatrixView theta, linalg::ConstMatrixView b) {
  linalg::DenseMatrix q(theta.rows, theta.rows);
  for (std::int64_t j = 0; j < theta.rows; ++j) {
    double product = 0, square = 0;
    for (std::int64_t k = 0; k < theta.columns; ++k) {
      product += theta(j, k) * b(j, k);
      square += theta(j, k) * theta(j, k);
    }
    q(j, j) = square > 0 ? product / square : 0;
  }
  return q;
}

linalg::DenseMatrix symmetric_quadratic(linalg::ConstMatrixView theta, linalg::ConstMatrixView b) {
  Span const span(theta);
  auto const d = theta.rows;
  auto const rank = span.rank();
  linalg::DenseMatrix q(d, d);
  if (rank == 0) return q;
  auto const u = span.u.columns_from(0, rank);
  auto const w_transposed = span.w_transposed.view().block(0, 0, rank, theta.columns);

  linalg::DenseMatrix images(d, rank);  // B W
  linalg::gemm(kNo, kYes, 1, b, w_transposed, 0, images.view());
  linalg::DenseMatrix inner(rank, rank);  // G = U^T B W, then half of Q within the span
  linalg::gemm(kYes, kNo, 1, u, images.view(), 0, inner.view());
  // Across: (B W - U G) / sig.
  linalg::gemm(kNo, kNo, -1, u, inner.view(), 1, images.view());
  for (std::int64_t j = 0; j < rank; ++j)
    for (double& entry : images.column(j)) entry /= span.values[static_cast<std::size_t>(j)];
  for (std::int64_t j = 0; j < rank; ++j)
    for (std::int64_t i = 0; i <= j; ++i) {
      double const a = span.values[static_cast<std::size_t>(i)], c = span.values[static_cast<std::size_t>(j)];
      inner(i, j) = inner(j, i) = 0.5 * (inner(i, j) * c + inner(j, i) * a) / (a * a + c * c);
    }
  // Q = T U^T + U T^T with T = across + U (half of Q within).
  linalg::gemm(kNo, kNo, 1, u, inner.view(), 1, images.view());
  linalg::gemm(kNo, kYes, 1, images.view(), u, 0, q.view());
  for (std::int64_t j = 0; j < d; ++j)
    for (std::int64_t i = 0; i <= j; ++i) q(i, j) = q(j, i) = q(i, j) + q(j, i);
  return q;
}

linalg::DenseMatrix stopping_penalty(StoppedDescent const& descent, std::span<double const> eigenvalues,
                                     linalg::ConstMatrixView eigenvectors) {
  auto scaled = copied(eigenvectors);
  for (std::int64_t j = 0; j < scaled.columns(); ++j) {
    double const penalty = descent.penalty(std::max(0.0, eigenvalues[static_cast<std::size_t>(j)]));
    for (double& entry : scaled.column(j)) entry *= penalty;
  }
  linalg::DenseMatrix lambda(eigenvectors.rows, eigenvectors.rows);
  linalg::gemm(kNo, kYes, 1, scaled.view(), eigenvectors, 0, lambda.view());
  return lambda;
}

double relative_distance(linalg::ConstMatrixView a, linalg::ConstMatrixView b) {
  double difference = 0, square = 0;
  for (std::int64_t j = 0; j < b.columns; ++j) {
    square += squared_norm(b.column(j));
    for (std::int64_t i = 0; i < b.rows; ++i) difference += (a(i, j) - b(i, j)) * (a(i, j) - b(i, j));
  }
  return square > 0 ? std::sqrt(difference / square) : std::numeric_limits<double>::quiet_NaN();
}

double explained_share(linalg::ConstMatrixView q, linalg::ConstMatrixView theta, linalg::ConstMatrixView b) {
  auto left = copied(b);
  linalg::gemm(kNo, kNo, -1, q, theta, 1, left.view());
  double square = 0;
  for (std::int64_t k = 0; k < b.columns; ++k) square += squared_norm(b.column(k));
  return square > 0 ? std::max(0.0, 1 - squared_norm(left.values()) / square) : 0;
}

QuadraticRetraining retrained(linalg::ConstMatrixView gram, std::span<double const> moment,
                              linalg::ConstMatrixView q, std::span<double const> theta) {
  auto sum = copied(gram);
  for (std::int64_t j = 0; j < q.columns; ++j)
    for (std::int64_t i = 0; i < q.rows; ++i) sum(i, j) += q(i, j);
  std::vector<double> solution(moment.begin(), moment.end());
  linalg::MatrixView const right(solution.data(), static_cast<std::int64_t>(solution.size()), 1);
  QuadraticRetraining result;
  auto factor = copied(sum.view());
  result.is_definite = linalg::potrf(linalg::Triangle::lower, factor.view());
  if (result.is_definite) {
    linalg::potrs(linalg::Triangle::lower, factor.view(), right);
  } else {
    try {
      linalg::gels(sum.view(), right);
    } catch (std::runtime_error const&) {
      result.error = std::numeric_limits<double>::quiet_NaN();
      return result;
    }
  }
  double difference = 0;
  for (std::size_t j = 0; j < theta.size(); ++j)
    difference += (solution[j] - theta[j]) * (solution[j] - theta[j]);
  result.error = std::sqrt(difference / squared_norm(theta));
  return result;
}

}  // namespace thresher::implicit_regularization
