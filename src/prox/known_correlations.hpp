#pragma once

#include "prox/anchored_correlations.hpp"
#include "prox/design.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace thresher::prox {

/// What a solver knows of the correlations |c_j| = |A_j.r|/n of this rank's columns with its residual r:
/// exact values where r is what they were computed with, and bounds from products with other vectors, those
/// of the column itself or of all columns together. Nothing here is collective but `load`.
class KnownCorrelations {
 public:
  /// `design` must outlive this object.
  explicit KnownCorrelations(Design const& design);

  /// Whether products with any vector are known.
  bool empty() const { return versions_.empty(); }
  /// From here on r is `residual`; `record` may come only after.
  void refer_to(std::span<double const> residual);

  enum class Columns { some, all };
  /// products[k] = A_{which[k]} . r. `columns` says whether all columns of all ranks take part.
  void record(std::span<std::int64_t const> which, std::span<double const> products, Columns columns);

  /// At least |c_j|.
  double upper_bound(std::int64_t column) const;
  /// |c_j|, exact where it is known.
  double estimate(std::int64_t column) const;
  /// Whether |c_j| is known exactly.
  bool is_exact(std::int64_t column) const;
  /// |c_j| as it was last computed, with whatever residual.
  double last(std::int64_t column) const { return correlation_[at(column)]; }
  /// ||A_j||/sqrt(n), known after the first `record`.
  double norm(std::int64_t column) const { return norm_[at(column)]; }

  void save(bytes::Writer& state) const;
  /// `refer_to` must follow.
  void load(bytes::Reader& state);

 private:
  std::size_t at(std::int64_t column) const { return static_cast<std::size_t>(column - columns_.begin); }
  double distance(std::size_t k) const;
  void measure_norms();

  Design const& design_;
  mpi::Range columns_;
  std::vector<double> residual_;
  std::vector<double> correlation_;    ///< |c_j| when it was last computed
  std::vector<std::int32_t> version_;  ///< with which residual
  std::vector<double> norm_;
  std::vector<std::vector<double>> versions_;
  std::int32_t first_version_ = 0;  ///< number of versions_.front()
  std::vector<double> distance_;    ///< ||residual - version||/sqrt(n)
  AnchoredCorrelations anchors_;    ///< residuals whose products with all columns are known
  std::vector<float> estimates_;    ///< of |c_j| by the anchors
  double estimate_error_ = std::numeric_limits<double>::infinity();  ///< for columns of norm sqrt(n)
};

// Asked of every column between passes.

inline double KnownCorrelations::distance(std::size_t k) const {
  auto const version = version_[k] - first_version_;
  return version_[k] < 0 || version < 0 ? std::numeric_limits<double>::infinity()
                                        : distance_[static_cast<std::size_t>(version)];
}

inline double KnownCorrelations::upper_bound(std::int64_t column) const {
  if (empty()) return std::numeric_limits<double>::infinity();
  std::size_t const k = at(column);
  double const own = distance(k);
  if (own == 0) return correlation_[k];
  double const anchored = static_cast<double>(estimates_[k]) + norm_[k] * estimate_error_;
  return std::min(anchored, correlation_[k] + norm_[k] * own);
}

inline double KnownCorrelations::estimate(std::int64_t column) const {
  return is_exact(column) ? correlation_[at(column)] : static_cast<double>(estimates_[at(column)]);
}

inline bool KnownCorrelations::is_exact(std::int64_t column) const {
  return distance(at(column)) == 0;
}

}  // namespace thresher::prox
