#include "experiments/mixed_quality_lasso/estimators/least_squares.hpp"
#include "experiments/mixed_quality_lasso/estimators/matching_pursuit.hpp"
#include "experiments/mixed_quality_lasso/estimators/measurement.hpp"
#include "linalg/column_products.hpp"
#include "numerics/normal.hpp"
#include "prox/top_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thresher::mixed_quality_lasso {

study::Outcome run_omp(Analysis const& analysis, Metrics& metrics) {
  auto const design = analysis.design();
  KeptWork work(analysis.team, analysis.length, "matching pursuit");
  std::vector<std::int64_t> first;
  if (auto* const left = work.left()) first = left->get<std::vector<std::int64_t>>();
  auto const before_step = [&](double part, std::span<std::int64_t const> chosen) {
    work.advance(part, [&](bytes::Writer& state) { state.put(chosen); });
  };
  analysis.measure_recovery(
      matching_pursuit(design, design.scaled(analysis.y), analysis.point.s, first, before_step), metrics);
  return study::Outcome::ok;
}

study::Outcome run_max_corr(Analysis const& analysis, Metrics& metrics) {
  auto const& data = analysis.data;
  auto const design = analysis.design();
  auto const b = design.scaled(analysis.y);
  auto const local = design.local_columns();
  std::vector<prox::ScoredColumn> scores(static_cast<std::size_t>(local.size()));
  std::vector<std::int64_t> all(scores.size());
  std::iota(all.begin(), all.end(), local.begin);
  std::vector<double> products(all.size());
  design.correlate(all, linalg::ConstMatrixView(b.data(), design.rows(), 1),
                   linalg::MatrixView(products.data(), local.size(), 1));
  double weakest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < all.size(); ++k) {
    scores[k] = {std::abs(products[k]), all[k]};
    if (std::binary_search(data.support().begin(), data.support().end(), all[k]))
      weakest = std::min(weakest, scores[k].score);
  }
  weakest = mpi::min(analysis.team.communicator(), weakest);

  prox::SparseVector estimate;
  for (auto const& top : prox::top_columns(analysis.team.communicator(), std::move(scores), analysis.point.s))
    estimate.indices.push_back(top.column);
  std::sort(estimate.indices.begin(), estimate.indices.end());
  estimate.values = least_squares(design, b, estimate.indices);
  analysis.measure_recovery(estimate, metrics);

  // Given y, the scores off the support are |N(0, ||w y||^2)|, independent.
  auto const weighted = design.scaled(b);
  double const level = weakest / std::sqrt(linalg::inner_product(weighted, weighted));
  double const null_count = static_cast<double>(data.p() - static_cast<std::int64_t>(data.support().size()));
  metrics.cond_success_prob = std::exp(null_count * numerics::log_normal_central(level));
  return study::Outcome::ok;
}

}  // namespace thresher::mixed_quality_lasso
