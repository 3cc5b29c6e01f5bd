#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/iso_recovery.hpp"
#include "experiments/mixed_quality_lasso/estimators/method.hpp"

#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

/// The primal-dual witness, which needs the support columns only; with iso_level it traces a line of equal
/// recovery.
class Pdw : public Method {
 public:
  Described described() const override { return Described::as_lasso; }
  std::vector<std::string_view> reads(Parameters const& point) const override {
    if (traces(point)) return {"lambda_rule", "lambda_scale", "iso_draws"};
    return {"lambda_rule", "lambda_scale"};
  }
  std::vector<double Metrics::*> measures(Parameters const& point) const override {
    if (traces(point)) return {&Metrics::iso_n2, &Metrics::iso_price};
    return {&Metrics::noise_power, &Metrics::cond_success_prob, &Metrics::pdw_sign_ok, &Metrics::pdw_v};
  }
  bool visits_columns() const override { return false; }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    if (point.weighting == Weighting::residual)
      verdict.refuse("weighting", "residual weights need estimator = lasso");
    if (!traces(point)) return;
    if (point.theta > 0)
      verdict.refuse("iso_level", "allowed is 0 with theta > 0: the line is traced over n2");
    if (point.sigma_avg > 0)
      verdict.refuse("iso_level", "allowed is 0 with sigma_avg > 0: sigma2 would move with n2");
  }
  study::Outcome measure(Trial const& trial, Parameters const& point, study::Team& team,
                         Metrics& metrics) const override {
    if (traces(point))
      return run_iso(trial.analyses(), trial.draws(team.trial(), point), point, team, metrics);
    return Method::measure(trial, point, team, metrics);
  }

 protected:
  void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const override {
    if (traces(point))
      add_witness(work, static_cast<double>(point.iso_draws), 3 * (2 + std::log2(work.n + 2)), cost);
    else
      add_witness(work, 1, 1, cost);
  }

  study::Outcome run(Trial const&, Analysis const& analysis, Metrics& metrics) const override {
    analysis.measure_witness(metrics);
    return study::Outcome::ok;
  }

 private:
  static bool traces(Parameters const& point) { return point.iso_level > 0; }
};

}  // namespace

Method const& pdw_method() {
  static Pdw const method;
  return method;
}

}  // namespace thresher::mixed_quality_lasso
