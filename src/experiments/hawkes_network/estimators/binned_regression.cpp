#include "experiments/hawkes_network/estimators/binned_regression.hpp"

#include "linalg/dense_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::hawkes_network {

RegressionUnits binned_units(Parameters const& point) {
  return {1 / bins_of(point).width, 1 / bin_response(point.bin_width)};
}

namespace {

/// Lower triangle of A^T A.
SmallSymmetric gram_of(linalg::DenseMatrix const& panel) {
  linalg::DenseMatrix gram(panel.columns(), panel.columns());
  linalg::syrk(linalg::Triangle::lower, linalg::Transpose::yes, 1, panel.view(), 0, gram.view());
  SmallSymmetric result(static_cast<std::size_t>(panel.columns()));
  for (std::int64_t i = 0; i < panel.columns(); ++i)
    for (std::int64_t j = 0; j <= i; ++j)
      result(static_cast<std::size_t>(i), static_cast<std::size_t>(j)) = gram(i, j);
  return result;
}

class BinnedRows {
 public:
  BinnedRows(Screening const& screening, std::int64_t clip)
      : screening_(screening),
        clip_(clip),
        first_(static_cast<std::int64_t>(screening.lags.weights.size())),
        counts_(static_cast<std::size_t>(screening.bins.count)) {}

  RowRegression operator()(std::int64_t target, std::vector<std::int32_t> features,
                           NodeStreams const& streams) {
    auto const rows = screening_.bins.count - first_;
    linalg::DenseMatrix panel(rows, static_cast<std::int64_t>(features.size()) + 1);
    std::ranges::fill(panel.column(0), 1.0);
    std::vector<double> response(static_cast<std::size_t>(rows));
    for (std::size_t k = 0; k < features.size(); ++k) {
      clipped_counts(streams.of(features[k]), screening_.bins, clip_, counts_);
      weigh_past(panel.column(static_cast<std::int64_t>(k) + 1));
      if (features[k] == target) std::copy(counts_.begin() + first_, counts_.end(), response.begin());
    }
    RowRegression result{std::move(features),
                         {gram_of(panel), std::vector<double>(static_cast<std::size_t>(panel.columns()))},
                         {}};
    linalg::gemv(linalg::Transpose::yes, 1, panel.view(), response, 0, result.moments.h);

    std::vector<std::size_t> used(result.moments.h.size());
    std::iota(used.begin(), used.end(), std::size_t{0});
    auto const fit = fit_regression(result.moments, used, nullptr);
    linalg::gemv(linalg::Transpose::no, -1, panel.view(), fit.coefficients, 1, response);  // residuals
    for (std::int64_t c = 0; c < panel.columns(); ++c)
      for (std::size_t k = 0; k < response.size(); ++k) panel.column(c)[k] *= response[k];
    result.spread = gram_of(panel);
    return result;
  }

 private:
  /// sum_lag w_lag Y_{k - lag} for k from the first bin that has all lags.
  void weigh_past(std::span<double> column) const {
    for (std::int64_t lag = 1; lag <= first_; ++lag) {
      double const weight = screening_.lags.weights[static_cast<std::size_t>(lag - 1)];
      auto const* const counts = counts_.data() + first_ - lag;
      for (std::size_t k = 0; k < column.size(); ++k)
        column[k] = std::fma(weight, static_cast<double>(counts[k]), column[k]);
    }
  }

  Screening const& screening_;
  std::int64_t clip_;
  std::int64_t first_;
  std::vector<std::uint8_t> counts_;
};

}  // namespace

std::vector<RowRegression> binned_regressions(Observation const& observation, Screening const& screening,
                                              std::int64_t clip,
                                              std::vector<std::vector<std::int32_t>> features,
                                              study::Team& team) {
  std::vector<RowRegression> result;
  BinnedRows regress(screening, clip);
  for_row_batches(observation, features, team, [&](mpi::Range rows, NodeStreams const& streams) {
    for (auto row = rows.begin; row < rows.end; ++row)
      result.push_back(
          regress(observation.own().begin + row, features[static_cast<std::size_t>(row)], streams));
  });
  return result;
}

}  // namespace thresher::hawkes_network
