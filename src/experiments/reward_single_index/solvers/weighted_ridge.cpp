#include "experiments/reward_single_index/solvers/weighted_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace thresher::reward_single_index {

void WeightedMoments::add(linalg::MatrixView psi, std::span<double const> log_weights) {
  if (log_weights.empty()) return;
  double const top = *std::ranges::max_element(log_weights);
  double scale = 1;
  if (top > largest_) {
    scale = std::exp(largest_ - top);
    weight_square_ *= scale * scale;
    largest_ = top;
  }
  for (std::int64_t row = 0; row < psi.columns; ++row) {
    double const relative = log_weights[static_cast<std::size_t>(row)] - largest_;
    double const root = std::exp(relative / 2);
    for (double& entry : psi.column(row)) entry *= root;
    weight_square_ += std::exp(2 * relative);
  }
  linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1, psi, scale, sum_.view());
}

double WeightedMoments::add_to(double reference, std::span<double> sum) const {
  double const scale = std::exp(largest_ - reference);
  auto const values = sum_.values();
  for (std::size_t k = 0; k < values.size(); ++k) sum[k] += scale * values[k];
  return scale * scale * weight_square_;
}

Readout weighted_ridge(linalg::ConstMatrixView moments, double ridge) {
  auto const features = moments.rows - 2;
  auto const label = moments.rows - 1;
  double const total = moments(0, 0);
  auto const mean = [&](std::int64_t j) { return moments(j, 0) / total; };
  linalg::DenseMatrix system(features, features);
  Readout readout;
  for (std::int64_t j = 0; j < features; ++j) {
    for (std::int64_t i = j; i < features; ++i)
      system(i, j) = moments(i + 1, j + 1) / total - mean(i + 1) * mean(j + 1);
    system(j, j) += ridge;
    readout.coefficients.push_back(moments(label, j + 1) / total - mean(label) * mean(j + 1));
  }
  if (!linalg::potrf(linalg::Triangle::lower, system.view()))
    throw std::runtime_error(
        "the weighted ridge regression is singular: ridge is too small for its features");
  linalg::potrs(linalg::Triangle::lower, system.view(), {readout.coefficients.data(), features, 1});
  readout.intercept = mean(label);
  for (std::int64_t j = 0; j < features; ++j)
    readout.intercept -= readout.coefficients[static_cast<std::size_t>(j)] * mean(j + 1);
  return readout;
}

}  // namespace thresher::reward_single_index
