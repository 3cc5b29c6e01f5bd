#pragma once

#include <cstdint>
#include <span>

namespace thresher::hierarchical_features {

/// Packed symmetric tensors of degree q <= 3 in d coordinates: one entry per sorted index tuple i <= j <= k,
/// in lexicographic order.
class MultiIndex {
 public:
  MultiIndex(std::int64_t d, std::int64_t q) : d_(d), q_(q) {}
  std::int64_t d() const { return d_; }
  std::int64_t q() const { return q_; }
  std::int64_t size() const;

  std::int64_t at(std::int64_t i) const { return i; }
  /// i <= j.
  std::int64_t at(std::int64_t i, std::int64_t j) const { return i * d_ - i * (i - 1) / 2 + (j - i); }
  /// i <= j <= k.
  std::int64_t at(std::int64_t i, std::int64_t j, std::int64_t k) const;

 private:
  std::int64_t d_;
  std::int64_t q_;
};

/// out = F(x), the orthonormal Hermite features of one input: F_alpha = prod_j he_{alpha_j}(x_j).
void hermite_features(MultiIndex const& index, std::span<double const> x, std::span<double> out);

/// |F(x)|^2 without the features.
double squared_feature_norm(std::int64_t q, std::span<double const> x);

}  // namespace thresher::hierarchical_features
