#include "experiments/hawkes_network/estimators/pair_correlations.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::hawkes_network {

namespace {

/// Bytes of the rows' and of the columns' planes in a tile.
constexpr std::int64_t kTileBytes = std::int64_t{1} << 17;

double squared_weights(Lags const& lags) {
  return std::inner_product(lags.weights.begin(), lags.weights.end(), lags.weights.begin(), 0.0);
}

}  // namespace

BinMoments moments_of(BinSums const& sums, std::int64_t bins) {
  double const n = static_cast<double>(bins);
  double const mean = static_cast<double>(sums.counts) / n;
  double const variance = static_cast<double>(sums.squares) / n - mean * mean;
  // Counts that are all equal leave rounding errors.
  bool const varies = variance > 1e-14 * mean * mean && variance > 0;
  return {mean, varies ? 1 / std::sqrt(variance) : 0};
}

PairCorrelations::PairCorrelations(Lags lags)
    : lags_(std::move(lags)), scale_(std::sqrt(static_cast<double>(lags_.bins) / squared_weights(lags_))) {
  for (std::int64_t lag = 1; lag <= lag_count(); ++lag)
    inverse_counts_.push_back(1 / static_cast<double>(lags_.bins - lag));
}

std::int64_t PairCorrelations::rows_at_once() const {
  auto const bytes = 8 * words() * lags_.digits * lag_count();
  return std::clamp<std::int64_t>(kTileBytes / bytes, 4, 64);
}

std::int64_t PairCorrelations::columns_at_once() const {
  auto const bytes = 8 * words() * lags_.digits;
  return std::clamp<std::int64_t>(kTileBytes / bytes / 8 * 8, 16, 256);
}

void PairCorrelations::set_rows(PlaneBlock const& rows) {
  row_moments_.assign(rows.moments.begin(), rows.moments.end());
  auto const size = static_cast<std::size_t>(words());
  auto const digits = static_cast<std::size_t>(lags_.digits);
  row_planes_.resize(rows.planes.size() * lags_.weights.size());
  std::span<bits::Word> out = row_planes_;
  for (std::size_t row = 0; row < row_moments_.size(); ++row)
    for (std::size_t lag = 1; lag <= lags_.weights.size(); ++lag)
      for (std::size_t c = 0; c < digits; ++c) {
        shift_down(rows.planes.subspan((row * digits + c) * size, size), static_cast<std::int64_t>(lag),
                   out.first(size));
        out = out.subspan(size);
      }
}

void PairCorrelations::integer_sums(PlaneBlock const& columns, std::vector<double>& result) {
  auto const column_count = static_cast<std::int64_t>(columns.moments.size());
  auto const lagged_rows = row_count() * lag_count();
  std::int64_t const digits = lags_.digits;
  counts_.resize(static_cast<std::size_t>(lagged_rows * digits * column_count));
  result.assign(static_cast<std::size_t>(lagged_rows * column_count), 0.0);
  for (std::int64_t c = 0; c < digits; ++c) {
    bits::count_common({row_planes_.data(), lagged_rows * digits, words()},
                       {columns.planes.data() + c * words(), column_count, digits * words()}, words(),
                       counts_);
    for (std::int64_t row = 0; row < lagged_rows; ++row) {
      double* const sums = result.data() + row * column_count;
      for (std::int64_t b = 0; b < digits; ++b) {
        std::uint32_t const* const counts = counts_.data() + (row * digits + b) * column_count;
        double const value = static_cast<double>(std::int64_t{1} << (b + c));
        for (std::int64_t j = 0; j < column_count; ++j)  // exact: integers below 2^53
          sums[j] = std::fma(value, static_cast<double>(static_cast<std::int32_t>(counts[j])), sums[j]);
      }
    }
  }
}

// Products that are added go through std::fma, so that no compiler chooses where to round and every pair has
// its bits whatever its place in the tile.
void PairCorrelations::correlate(PlaneBlock const& columns, std::vector<double>& result) {
  integer_sums(columns, sums_);
  auto const column_count = static_cast<std::int64_t>(columns.moments.size());
  result.assign(static_cast<std::size_t>(row_count() * column_count), 0.0);
  for (std::int64_t i = 0; i < row_count(); ++i) {
    auto const& target = row_moments_[static_cast<std::size_t>(i)];
    double* const out = result.data() + i * column_count;
    for (std::int64_t lag = 0; lag < lag_count(); ++lag) {
      double const* const sums = sums_.data() + (i * lag_count() + lag) * column_count;
      double const inverse = inverse_counts_[static_cast<std::size_t>(lag)];
      double const weight = lags_.weights[static_cast<std::size_t>(lag)];
      for (std::int64_t j = 0; j < column_count; ++j) {
        double const chance = target.mean * columns.moments[static_cast<std::size_t>(j)].mean;
        out[j] = std::fma(weight, std::fma(sums[j], inverse, -chance), out[j]);
      }
    }
    double const scale = scale_ * target.inverse_deviation;
    for (std::int64_t j = 0; j < column_count; ++j)
      out[j] *= scale * columns.moments[static_cast<std::size_t>(j)].inverse_deviation;
  }
}

double weighted_covariance(double correlation, BinMoments const& target, BinMoments const& source,
                           Lags const& lags) {
  if (target.inverse_deviation == 0 || source.inverse_deviation == 0) return 0;
  return correlation * std::sqrt(squared_weights(lags) / static_cast<double>(lags.bins)) /
         (target.inverse_deviation * source.inverse_deviation);
}

}  // namespace thresher::hawkes_network
