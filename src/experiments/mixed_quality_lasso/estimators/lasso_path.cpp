#include "experiments/mixed_quality_lasso/solvers/lasso_path.hpp"

#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/method.hpp"
#include "experiments/mixed_quality_lasso/estimators/user_path.hpp"
#include "prox/anchored_correlations.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

/// Coordinates whose sign differs from the truth's.
std::int64_t differing_signs(Analysis const& analysis, prox::SparseVector const& estimate) {
  auto const& support = analysis.data.support();
  auto const& signs = analysis.data.signs();
  std::int64_t right = 0;
  for (std::size_t k = 0; k < estimate.indices.size(); ++k) {
    auto const at = std::lower_bound(support.begin(), support.end(), estimate.indices[k]);
    bool const active = at != support.end() && *at == estimate.indices[k];
    right += active && estimate.values[k] * signs[static_cast<std::size_t>(at - support.begin())] > 0 ? 1 : 0;
  }
  auto const found = static_cast<std::int64_t>(estimate.indices.size());
  auto const active = static_cast<std::int64_t>(support.size());
  // Wrong signs count once, though they are both found and missed.
  std::int64_t overlap = 0;
  for (auto const index : estimate.indices)
    overlap += std::binary_search(support.begin(), support.end(), index) ? 1 : 0;
  return found + active - overlap - right;
}

/// Keeps the point with the fewest wrong signs, the first of them.
class OraclePoint : public PathVisitor {
 public:
  OraclePoint(Analysis const& analysis, Metrics& metrics) : analysis_(analysis), metrics_(metrics) {}

  bool visit(double lambda, prox::LassoSolution const& solution) override {
    std::int64_t const differing = differing_signs(analysis_, solution.coefficients);
    if (best_ < 0 || differing < best_) {
      best_ = differing;
      estimate_ = solution.coefficients;
      metrics_.lambda_best = lambda;
    }
    hits_ += differing == 0 ? 1 : 0;
    iterations_ += static_cast<double>(solution.iterations);
    converged_ = converged_ && solution.converged;
    path_.push_back(path_point(lambda, solution, analysis_.data.support()));
    auto const size = static_cast<std::int64_t>(solution.coefficients.indices.size());
    return size <= std::min(analysis_.setting.n(), 4 * analysis_.point.s + 20);
  }

  void save(bytes::Writer& state) const override {
    state.put(best_, estimate_, metrics_.lambda_best, hits_, iterations_, converged_, path_);
  }
  void load(bytes::Reader& state) override {
    state.read(best_, estimate_, metrics_.lambda_best, hits_, iterations_, converged_, path_);
  }

  study::Outcome report() const {
    analysis_.measure_recovery(estimate_, metrics_);
    metrics_.path_hits = hits_;
    metrics_.iterations = iterations_;
    store_path(analysis_.team, path_);
    return converged_ ? study::Outcome::ok : study::Outcome::not_converged;
  }

 private:
  Analysis const& analysis_;
  Metrics& metrics_;
  std::int64_t best_ = -1;
  prox::SparseVector estimate_;
  double hits_ = 0;
  double iterations_ = 0;
  bool converged_ = true;
  std::vector<PathPoint> path_;
};

/// The LASSO along a path of lambdas, of which the best is reported: for planted coefficients the one with
/// the fewest wrong signs, for the user's data the one that an information criterion prefers.
class LassoPath : public Method {
 public:
  Described described() const override { return Described::as_lasso; }
  std::vector<std::string_view> reads(Parameters const& point) const override {
    std::vector<std::string_view> all{"n_lambda", "lambda_min_ratio", "tol", "max_iter", "solver"};
    if (point.input == nullptr) all.push_back("storage");
    if (point.input == nullptr || point.input->has_truth) all.push_back("delta");
    return all;
  }
  std::vector<double Metrics::*> measures(Parameters const& point) const override {
    if (point.input == nullptr)
      return recovery_metrics_and({&Metrics::iterations, &Metrics::path_hits, &Metrics::lambda_best});
    std::vector<double Metrics::*> const of_any_data{&Metrics::fit_s,       &Metrics::fit_rho,
                                                     &Metrics::fit_n_eff,   &Metrics::fit_success,
                                                     &Metrics::lambda_best, &Metrics::iterations};
    return point.input->has_truth ? recovery_metrics_and(of_any_data) : of_any_data;
  }
  void check_user_data(Parameters const&, study::Verdict&) const override {}
  study::Cost cost(Parameters const& point, int ranks) const override {
    return point.input != nullptr ? user_cost(*point.input, point, ranks) : Method::cost(point, ranks);
  }
  study::Outcome measure(Trial const& trial, Parameters const& point, study::Team& team,
                         Metrics& metrics) const override {
    if (trial.user_data() == nullptr) return Method::measure(trial, point, team, metrics);
    return run_user_path(*trial.user_data(), point, trial.analyses().length(point, team), team, metrics);
  }

 protected:
  void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const override {
    double const columns = working_set_size(work);
    add_passes(point, work, static_cast<double>(point.n_lambda) / 2, cost);
    cost.flops += 4 * work.n * columns * columns;
    cost.bytes_per_rank += working_set_bytes(columns, work.rows_per_rank, work.ranks) +
                           prox::AnchoredCorrelations::kBytesPerColumn * work.columns_per_rank;
  }

  study::Outcome run(Trial const&, Analysis const& analysis, Metrics& metrics) const override {
    auto const design = analysis.design();
    OraclePoint oracle(analysis, metrics);
    study::KeptWork work(analysis.team, analysis.length, "path 2");
    follow_path(design, design.scaled(analysis.y), analysis.point, work, work.left(), oracle);
    return oracle.report();
  }
};

}  // namespace

Method const& lasso_path_method() {
  static LassoPath const method;
  return method;
}

}  // namespace thresher::mixed_quality_lasso
