#include "experiments/hawkes_network/theory/second_order.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hawkes_network {

namespace {

using linalg::DenseMatrix;
using linalg::Transpose;

DenseMatrix product(DenseMatrix const& a, DenseMatrix const& b, Transpose of_b = Transpose::no) {
  DenseMatrix c(a.rows(), of_b == Transpose::no ? b.columns() : b.rows());
  linalg::gemm(Transpose::no, of_b, 1, a.view(), b.view(), 0, c.view());
  return c;
}

/// factor_a a + factor_b b.
DenseMatrix combine(double factor_a, DenseMatrix a, double factor_b, DenseMatrix const& b) {
  for (std::size_t k = 0; k < a.values().size(); ++k)
    a.values()[k] = factor_a * a.values()[k] + factor_b * b.values()[k];
  return a;
}

DenseMatrix identity(std::int64_t order) {
  DenseMatrix one(order, order);
  for (std::int64_t j = 0; j < order; ++j) one(j, j) = 1;
  return one;
}

DenseMatrix transposed(DenseMatrix const& a) {
  DenseMatrix result(a.columns(), a.rows());
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.columns(); ++j) result(j, i) = a(i, j);
  return result;
}

/// a^-1 b.
DenseMatrix solve(DenseMatrix a, DenseMatrix b) {
  linalg::gels(a.view(), b.view());
  return b;
}

DenseMatrix diagonal(std::span<double const> values, double factor) {
  DenseMatrix matrix(static_cast<std::int64_t>(values.size()), static_cast<std::int64_t>(values.size()));
  for (std::size_t j = 0; j < values.size(); ++j)
    matrix(static_cast<std::int64_t>(j), static_cast<std::int64_t>(j)) = factor * values[j];
  return matrix;
}

double largest_entry(DenseMatrix const& a) {
  double largest = 0;
  for (double const entry : a.values()) largest = std::max(largest, std::abs(entry));
  return largest;
}

/// exp(-a): Taylor's polynomial of a scaled to norm 1/8, squared as often.
DenseMatrix exponential_of_minus(DenseMatrix const& a) {
  double const norm = largest_entry(a) * static_cast<double>(a.rows());
  int const squarings = std::max(0, static_cast<int>(std::ceil(std::log2(std::max(norm, 1e-300) * 8))));
  auto const scaled = combine(-std::ldexp(1, -squarings), a, 0, a);
  auto sum = identity(a.rows());
  auto term = sum;
  for (int k = 1; k <= 14; ++k) {
    term = combine(1.0 / k, product(term, scaled), 0, term);
    sum = combine(1, std::move(sum), 1, term);
  }
  for (int k = 0; k < squarings; ++k) sum = product(sum, sum);
  return sum;
}

/// S with (I - A) S + S (I - A)' = Q, by Smith's doubling of its Cayley transform: S = U S U' + 2 W Q W' with
/// W = (2 I - A)^-1 and U = -W A, which contracts.
DenseMatrix lyapunov(DenseMatrix const& a, DenseMatrix const& q) {
  auto const shifted = combine(2, identity(a.rows()), -1, a);
  auto u = solve(shifted, combine(-1, a, 0, a));
  auto sum = combine(2, solve(shifted, transposed(solve(shifted, q))), 0, q);
  for (int step = 0; step < 60 && largest_entry(u) > 1e-18; ++step) {
    sum = combine(1, product(product(u, sum), u, Transpose::yes), 1, sum);
    u = product(u, u);
  }
  return sum;
}

}  // namespace

SecondOrder::SecondOrder(DenseMatrix weights, std::span<double const> baselines, double beta)
    : weights_(std::move(weights)), beta_(beta) {
  auto const order = weights_.rows();
  DenseMatrix rates(order, 1);
  std::ranges::copy(baselines, rates.values().begin());
  rates = solve(combine(1, identity(order), -1, weights_), rates);
  rates_.assign(rates.values().begin(), rates.values().end());
  auto const jumps = diagonal(rates_, beta_);
  filter_covariance_ = lyapunov(weights_, jumps);
  jump_ = combine(1, product(filter_covariance_, weights_, Transpose::yes), 1, jumps);
}

DenseMatrix SecondOrder::decay() const {
  return combine(beta_, identity(weights_.rows()), -beta_, weights_);
}

DenseMatrix SecondOrder::bin_covariance(double width, int lag) const {
  auto const h = decay();
  auto const left = combine(1, identity(h.rows()), -1, exponential_of_minus(combine(width, h, 0, h)));
  auto const once = solve(h, left);  // all are functions of H and commute
  auto result = product(product(once, once), jump_);
  if (lag > 1) result = product(exponential_of_minus(combine(width * (lag - 1), h, 0, h)), result);
  return product(weights_, result);
}

DenseMatrix SecondOrder::same_bin_covariance(double width) const {
  auto const h = decay();
  auto const left = combine(1, identity(h.rows()), -1, exponential_of_minus(combine(width, h, 0, h)));
  auto const twice = solve(h, solve(h, left));
  auto const past =
      product(weights_, product(combine(width, solve(h, identity(h.rows())), -1, twice), jump_));
  return combine(1, combine(1, past, 1, transposed(past)), 1, diagonal(rates_, width));
}

DenseMatrix SecondOrder::integrated_covariance() const {
  return product(weights_, solve(decay(), jump_));
}

}  // namespace thresher::hawkes_network
