#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/method.hpp"
#include "experiments/mixed_quality_lasso/solvers/least_squares.hpp"
#include "linalg/column_products.hpp"
#include "numerics/normal.hpp"
#include "prox/top_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thresher::mixed_quality_lasso {

namespace {

/// The s columns that correlate most with y.
class MaxCorr : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {"delta", "storage"}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return recovery_metrics_and({&Metrics::cond_success_prob});
  }

 protected:
  void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const override {
    add_passes(point, work, 1, cost);
    cost.bytes_per_rank += kBytesPerNumber * work.n * work.s;
  }

  study::Outcome run(Trial const&, Analysis const& analysis, Metrics& metrics) const override {
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
    for (auto const& top :
         prox::top_columns(analysis.team.communicator(), std::move(scores), analysis.point.s))
      estimate.indices.push_back(top.column);
    std::sort(estimate.indices.begin(), estimate.indices.end());
    estimate.values = least_squares(design, b, estimate.indices);
    analysis.measure_recovery(estimate, metrics);

    // Given y, the scores off the support are |N(0, ||w y||^2)|, independent.
    auto const weighted = design.scaled(b);
    double const level = weakest / std::sqrt(linalg::inner_product(weighted, weighted));
    double const null_count =
        static_cast<double>(data.p() - static_cast<std::int64_t>(data.support().size()));
    metrics.cond_success_prob = std::exp(null_count * numerics::log_normal_central(level));
    return study::Outcome::ok;
  }
};

}  // namespace

Method const& max_corr_method() {
  static MaxCorr const method;
  return method;
}

}  // namespace thresher::mixed_quality_lasso
