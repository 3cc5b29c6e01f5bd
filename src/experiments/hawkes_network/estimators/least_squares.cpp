#include "experiments/hawkes_network/estimators/least_squares.hpp"

#include <cmath>

namespace thresher::hawkes_network {

namespace {

constexpr double kSmallestPivot = 1e-10;

/// Inverse of the scaled Cholesky factor of the features that stay, for one problem.
class InverseFactor {
 public:
  InverseFactor(SmallSymmetric const& gram, std::span<std::size_t const> used) {
    for (std::size_t const feature : used) add(gram, feature);
  }

  std::vector<std::size_t> const& features() const { return features_; }

  /// Column k of G^-1, over `features()`.
  void inverse_column(std::size_t k, std::vector<double>& column) const {
    // G^-1 = S L^-T L^-1 S.
    std::size_t const size = features_.size();
    column.assign(size, 0.0);
    for (std::size_t r = k; r < size; ++r) {
      double const factor = inverse(r, k) * scales_[k];
      for (std::size_t i = 0; i <= r; ++i) column[i] += factor * inverse(r, i);
    }
    for (std::size_t i = 0; i < size; ++i) column[i] *= scales_[i];
  }

 private:
  double inverse(std::size_t i, std::size_t j) const { return inverse_[i * (i + 1) / 2 + j]; }

  /// One more row of L and of its inverse, unless the feature depends on those before.
  void add(SmallSymmetric const& gram, std::size_t feature) {
    double const diagonal = gram(feature, feature);
    if (!(diagonal > 0)) return;
    double const scale = 1 / std::sqrt(diagonal);
    std::size_t const size = features_.size();
    // Row of L: L^-1 times the scaled column; the pivot is 1 minus its squared length.
    std::vector<double> scaled(size);
    for (std::size_t i = 0; i < size; ++i) scaled[i] = gram(features_[i], feature) * scales_[i] * scale;
    std::vector<double> row(size);
    double pivot = 1;
    for (std::size_t i = 0; i < size; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j <= i; ++j) sum += inverse(i, j) * scaled[j];
      row[i] = sum;
      pivot -= sum * sum;
    }
    if (!(pivot >= kSmallestPivot)) return;
    double const root = 1 / std::sqrt(pivot);
    std::vector<double> next(size + 1, 0.0);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j <= i; ++j) next[j] -= root * row[i] * inverse(i, j);
    next[size] = root;
    inverse_.insert(inverse_.end(), next.begin(), next.end());
    features_.push_back(feature);
    scales_.push_back(scale);
  }

  std::vector<std::size_t> features_;
  std::vector<double> scales_;
  std::vector<double> inverse_;  ///< lower triangle of L^-1, row by row
};

}  // namespace

RegressionFit fit_regression(RegressionMoments const& moments, std::span<std::size_t const> used,
                             SmallSymmetric const* spread) {
  InverseFactor const factor(moments.gram, used);
  auto const& features = factor.features();
  RegressionFit fit{std::vector<double>(moments.h.size(), 0.0), std::vector<double>(moments.h.size(), 0.0)};
  std::vector<double> column;
  for (std::size_t k = 0; k < features.size(); ++k) {
    factor.inverse_column(k, column);
    double value = 0;
    for (std::size_t i = 0; i < features.size(); ++i) value += column[i] * moments.h[features[i]];
    fit.coefficients[features[k]] = value;
    if (spread == nullptr) continue;
    double variance = 0;
    for (std::size_t i = 0; i < features.size(); ++i) {
      double sum = 0.5 * column[i] * (*spread)(features[i], features[i]);
      for (std::size_t j = 0; j < i; ++j) sum += column[j] * (*spread)(features[i], features[j]);
      variance += 2 * column[i] * sum;
    }
    if (variance > 0) fit.scores[features[k]] = value / std::sqrt(variance);
  }
  return fit;
}

}  // namespace thresher::hawkes_network
