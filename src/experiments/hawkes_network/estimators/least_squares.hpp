#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// A symmetric matrix of a few rows: lower triangle, row by row.
class SmallSymmetric {
 public:
  SmallSymmetric() = default;
  explicit SmallSymmetric(std::size_t order) : order_(order), values_(order * (order + 1) / 2) {}
  std::size_t order() const { return order_; }
  double& operator()(std::size_t i, std::size_t j) { return values_[index(i, j)]; }
  double operator()(std::size_t i, std::size_t j) const { return values_[index(i, j)]; }
  /// Row i up to the diagonal.
  std::span<double> row(std::size_t i) { return std::span<double>(values_).subspan(i * (i + 1) / 2, i + 1); }

 private:
  static std::size_t index(std::size_t i, std::size_t j) {
    return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
  }
  std::size_t order_ = 0;
  std::vector<double> values_;
};

/// Moments of a linear regression on an intercept (number 0) and features: it minimises
/// theta' gram theta - 2 theta' h.
struct RegressionMoments {
  SmallSymmetric gram;
  std::vector<double> h;
};

struct RegressionFit {
  std::vector<double> coefficients;  ///< 0 for what was left out or dropped
  std::vector<double> scores;        ///< coefficient over its standard error; 0 without one
};

/// Normal equations on the features in `used` (ascending numbers, 0 among them), by Cholesky without pivoting
/// of the matrix scaled to a unit diagonal: a feature whose pivot is below 1e-10 is dropped. With `spread`,
/// the sum of x x' (times squared residuals) that gives the variance G^-1 M G^-1, also scores.
RegressionFit fit_regression(RegressionMoments const& moments, std::span<std::size_t const> used,
                             SmallSymmetric const* spread);

}  // namespace thresher::hawkes_network
