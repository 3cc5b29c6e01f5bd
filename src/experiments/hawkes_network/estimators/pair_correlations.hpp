#pragma once

#include "bits/popcount.hpp"
#include "experiments/hawkes_network/data/bit_planes.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// How counts are correlated: bins, lags and their weights.
struct Lags {
  std::int64_t bins = 0;
  int digits = 1;
  std::vector<double> weights;  ///< of lag 1, 2, ...: exp(-b width (lag - 1))
};

/// Mean of the clipped counts of a node, and 1 over their standard deviation (0 where they do not vary).
struct BinMoments {
  double mean = 0;
  double inverse_deviation = 0;
};
BinMoments moments_of(BinSums const& sums, std::int64_t bins);

/// Planes of a block of nodes, one node after the other, with their moments.
struct PlaneBlock {
  std::span<bits::Word const> planes;
  std::span<BinMoments const> moments;
};

/// Screening statistics R_ij between rows (targets) i and columns (sources) j from exact integers: the sums
/// C_ij(lag) = sum_k Y_{k,i} Y_{k-lag,j} are popcounts. Every R is a function of the pair alone, the same in
/// any tile.
class PairCorrelations {
 public:
  explicit PairCorrelations(Lags lags);

  /// Rows of the next calls.
  void set_rows(PlaneBlock const& rows);
  std::int64_t row_count() const { return static_cast<std::int64_t>(row_moments_.size()); }
  /// result[i * columns + j] = R_ij.
  void correlate(PlaneBlock const& columns, std::vector<double>& result);
  /// result[(i * lags + lag - 1) * columns + j] = C_ij(lag).
  void integer_sums(PlaneBlock const& columns, std::vector<double>& result);

  /// Rows and columns whose planes fit the cache together.
  std::int64_t rows_at_once() const;
  std::int64_t columns_at_once() const;

 private:
  std::int64_t words() const { return bits::words_for(lags_.bins); }
  std::int64_t lag_count() const { return static_cast<std::int64_t>(lags_.weights.size()); }

  Lags lags_;
  double scale_;                        ///< sqrt(n / sum of squared weights)
  std::vector<double> inverse_counts_;  ///< 1/(n - lag)
  std::vector<bits::Word> row_planes_;  ///< [row][lag][digit][word], shifted down by the lag
  std::vector<BinMoments> row_moments_;
  std::vector<std::uint32_t> counts_;
  std::vector<double> sums_;
};

/// Covariance sum_lag w_lag [C(lag)/(n - lag) - mean_i mean_j] that stands behind a value of R.
double weighted_covariance(double correlation, BinMoments const& target, BinMoments const& source,
                           Lags const& lags);

}  // namespace thresher::hawkes_network
