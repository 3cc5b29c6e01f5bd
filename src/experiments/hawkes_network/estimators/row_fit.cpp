#include "experiments/hawkes_network/estimators/row_fit.hpp"

#include <algorithm>
#include <numeric>

namespace thresher::hawkes_network {

namespace {

class RowRefit : public Refit {
 public:
  RowRefit(std::vector<RowRegression> rows, RegressionUnits units) : rows_(std::move(rows)), units_(units) {}

  std::vector<double> operator()(std::size_t row, std::span<std::int32_t const> nodes) const override {
    auto const& regression = rows_[row];
    std::vector<std::size_t> used{0};
    for (auto const node : nodes)
      used.push_back(static_cast<std::size_t>(std::ranges::lower_bound(regression.features, node) -
                                              regression.features.begin()) +
                     1);
    auto const coefficients = fit_regression(regression.moments, used, nullptr).coefficients;
    std::vector<double> result{coefficients[0] * units_.baseline};
    for (std::size_t k = 1; k < used.size(); ++k) result.push_back(coefficients[used[k]] * units_.weight);
    return result;
  }

 private:
  std::vector<RowRegression> rows_;
  RegressionUnits units_;
};

}  // namespace

Fit fit_rows(mpi::Range own, std::vector<RowRegression> rows, RegressionUnits units) {
  Fit fit;
  fit.screened = true;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto& regression = rows[row];
    std::vector<std::size_t> used(regression.features.size() + 1);
    std::iota(used.begin(), used.end(), std::size_t{0});
    auto const solved = fit_regression(regression.moments, used, &regression.spread);
    regression.spread = {};
    fit.baselines.push_back(solved.coefficients[0] * units.baseline);
    auto& pairs = fit.pairs.emplace_back();
    for (std::size_t k = 0; k < regression.features.size(); ++k) {
      double const weight = solved.coefficients[k + 1] * units.weight;
      double const score = solved.scores[k + 1];
      if (regression.features[k] == own.begin + static_cast<std::int64_t>(row))
        fit.self_weights.push_back(weight);
      else
        pairs.push_back({regression.features[k], score, weight, score != 0 ? weight / score : 0});
    }
  }
  fit.refit = std::make_unique<RowRefit>(std::move(rows), units);
  return fit;
}

}  // namespace thresher::hawkes_network
