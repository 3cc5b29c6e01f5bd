#include "experiments/hawkes_network/estimators/method.hpp"

#include <array>

namespace thresher::hawkes_network {

namespace {

/// In the order of the enumeration.
constexpr std::array kMethods{two_stage_method, screen_method, ols_method, lasso_method, map_parent_method};

}  // namespace

Method const& method_of(Estimator estimator) {
  return kMethods[static_cast<std::size_t>(estimator)]();
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (auto const& method : kMethods) names.push_back(method().name());
  return names;
}

void inert_screening(study::Verdict& verdict) {
  for (auto const* name : {"bin_width", "clip", "screen_lags", "screen_fp", "max_candidates"})
    verdict.inert(name);
}

void inert_lasso(study::Verdict& verdict) {
  for (auto const* name : {"lasso_gamma", "lasso_tol", "lasso_max_iter"}) verdict.inert(name);
}

void inert_edge_rule_tuning(Parameters const& point, study::Verdict& verdict) {
  if (point.edge_rule != EdgeRule::alpha) verdict.inert("tau");
}

void inert_edge_rule(study::Verdict& verdict) {
  for (auto const* name : {"edge_rule", "level", "tau"}) verdict.inert(name);
}

}  // namespace thresher::hawkes_network
