#include "experiments/linear_generative/estimators/spiked_root_trace.hpp"

#include "linalg/column_products.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace thresher::linear_generative {

namespace {

/// The integrand is analytic within pi / 2 of the real axis of log s: an error of exp(-pi^2 / step).
constexpr double kStep = 0.25;
/// Where the integral is cut, in log s beyond the scales of the problem: exp(-39) is below rounding.
constexpr double kBeyond = 39;

/// log det(1 + M) for a positive semidefinite matrix of which the lower triangle is given; M is spoilt.
double log_determinant_of_one_plus(linalg::MatrixView matrix, std::vector<double>& values) {
  if (matrix.rows == 1) return std::log1p(matrix(0, 0));
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, matrix, values);
  double sum = 0;
  for (double const value : values) sum += std::log1p(std::max(value, 0.0));
  return sum;
}

}  // namespace

double spiked_root_trace(SpikedView const& view, double ridge) {
  auto const size = static_cast<std::int64_t>(view.values.size());
  auto const rank = static_cast<std::int64_t>(view.spikes.size());
  double trace = static_cast<double>(view.dim - size) * std::sqrt(ridge);
  std::vector<double> lifted(view.values.begin(), view.values.end());
  for (double& value : lifted) trace += std::sqrt(value += ridge);
  double const strongest = rank == 0 ? 0 : *std::ranges::max_element(view.spikes);
  double const largest = std::max(ridge, lifted.empty() ? 0 : *std::ranges::max_element(lifted));
  if (strongest == 0 || largest == 0) return trace;

  // Products of scores for each pair of directions, and what the directions have outside of all eigenvectors.
  linalg::DenseMatrix products(size, rank * (rank + 1) / 2);
  std::vector<double> outside;
  std::int64_t pair = 0;
  for (std::int64_t l = 0; l < rank; ++l)
    for (std::int64_t k = l; k < rank; ++k, ++pair) {
      double const weight = std::sqrt(view.spikes[static_cast<std::size_t>(k)]) *
                            std::sqrt(view.spikes[static_cast<std::size_t>(l)]);
      double rest = k == l ? weight : 0;
      for (std::int64_t j = 0; j < size; ++j) {
        products(j, pair) = weight * view.scores(j, k) * view.scores(j, l);
        rest -= products(j, pair);
      }
      outside.push_back(rest);
    }

  double const first = 0.5 * std::log(largest) - kBeyond;
  double const last = 0.5 * (std::log(largest) + std::log1p(strongest)) + kBeyond;
  std::vector<double> kept(lifted.size());  // (lambda + ridge) / (lambda + ridge + s^2)
  linalg::DenseMatrix matrix(rank, rank);
  std::vector<double> values(static_cast<std::size_t>(rank));
  double sum = 0;
  for (double place = first; place < last; place += kStep) {
    double const s = std::exp(place);
    double const square = s * s;
    for (std::size_t j = 0; j < kept.size(); ++j) kept[j] = lifted[j] / (lifted[j] + square);
    double const kept_outside = ridge / (ridge + square);
    pair = 0;
    for (std::int64_t l = 0; l < rank; ++l)
      for (std::int64_t k = l; k < rank; ++k, ++pair)
        matrix(k, l) = linalg::inner_product(products.column(pair), kept) +
                       kept_outside * outside[static_cast<std::size_t>(pair)];
    sum += s * log_determinant_of_one_plus(matrix.view(), values);
  }
  return trace + sum * kStep / std::numbers::pi;
}

}  // namespace thresher::linear_generative
