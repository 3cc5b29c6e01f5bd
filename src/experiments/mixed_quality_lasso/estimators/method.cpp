#include "experiments/mixed_quality_lasso/estimators/method.hpp"

#include "linalg/column_products.hpp"

#include <fmt/format.h>

#include <array>

namespace thresher::mixed_quality_lasso {

// Every row's object is made in a file of its name.
#define OBJECT(name) Method const& name##_method();
MIXED_QUALITY_LASSO_ESTIMATORS(OBJECT)
#undef OBJECT

std::span<Method const* const> methods() {
#define ENTRY(name) &name##_method(),
  static std::array const table{MIXED_QUALITY_LASSO_ESTIMATORS(ENTRY)};
#undef ENTRY
  return table;
}

std::vector<std::string> estimator_names() {
#define NAME(name) #name,
  return {MIXED_QUALITY_LASSO_ESTIMATORS(NAME)};
#undef NAME
}

Method const& method_of(Parameters const& point) {
  return *methods()[static_cast<std::size_t>(point.estimator)];
}

void Method::check(Parameters const& point, study::Verdict& verdict) const {
  if (visits_columns() && point.p > kLowQualityRow)
    verdict.refuse("p", fmt::format("allowed is at most 2^31 = {} unless estimator = pdw", kLowQualityRow));
  if (point.weighting == Weighting::residual)
    verdict.refuse("weighting", "residual weights need estimator = lasso");
  if (point.iso_level > 0) verdict.refuse("iso_level", "allowed is 0 unless estimator = pdw");
}

void Method::check_user_data(Parameters const&, study::Verdict& verdict) const {
  verdict.refuse("estimator", "with input, allowed is lasso_path");
}

study::Cost Method::cost(Parameters const& point, int ranks) const {
  study::Cost cost{.bytes_per_rank = data_cost(point, ranks).bytes_per_rank};
  add_cost(point, Workload(point, ranks), cost);
  return cost;
}

study::Outcome Method::measure(Trial const& trial, Parameters const& point, study::Team& team,
                               Metrics& metrics) const {
  auto const analysis = trial.analysis(point, team);
  if (team.wants("support")) {
    auto const& support = analysis.data.support();
    team.store({"support", {static_cast<std::int64_t>(support.size())}, {support.begin(), support.end()}});
  }
  auto const z = analysis.data.noise(analysis.setting);
  metrics.noise_power = linalg::inner_product(z, z) / static_cast<double>(analysis.setting.n());
  return run(trial, analysis, metrics);
}

std::vector<double Metrics::*> recovery_metrics_and(std::vector<double Metrics::*> more) {
  more.push_back(&Metrics::noise_power);
  more.insert(more.end(), std::begin(kRecoveryMetrics), std::end(kRecoveryMetrics));
  return more;
}

}  // namespace thresher::mixed_quality_lasso
