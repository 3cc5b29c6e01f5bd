#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/method.hpp"
#include "experiments/mixed_quality_lasso/solvers/matching_pursuit.hpp"

#include <fmt/format.h>

namespace thresher::mixed_quality_lasso {

namespace {

/// Orthogonal matching pursuit, s steps.
class Omp : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {"delta", "storage"}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return recovery_metrics_and({});
  }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    Method::check(point, verdict);
    bool const high_only = point.weighting == Weighting::hq_only;
    auto const setting = realise(point);
    auto const rows = high_only ? setting.n1 : setting.n();
    if (point.s > rows)
      verdict.refuse("s", fmt::format("estimator = omp needs s <= {} = {}", high_only ? "n1" : "n", rows));
  }

 protected:
  void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const override {
    add_passes(point, work, work.s, cost);
    cost.bytes_per_rank += 2 * kBytesPerNumber * work.rows_per_rank * work.s;
  }

  study::Outcome run(Trial const&, Analysis const& analysis, Metrics& metrics) const override {
    auto const design = analysis.design();
    study::KeptWork work(analysis.team, analysis.length, "matching pursuit");
    std::vector<std::int64_t> first;
    if (auto* const left = work.left()) first = left->get<std::vector<std::int64_t>>();
    auto const before_step = [&](double part, std::span<std::int64_t const> chosen) {
      work.advance(part, [&](bytes::Writer& state) { state.put(chosen); });
    };
    analysis.measure_recovery(
        matching_pursuit(design, design.scaled(analysis.y), analysis.point.s, first, before_step), metrics);
    return study::Outcome::ok;
  }
};

}  // namespace

Method const& omp_method() {
  static Omp const method;
  return method;
}

}  // namespace thresher::mixed_quality_lasso
