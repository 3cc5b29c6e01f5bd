#include "experiments/hawkes_network/validity.hpp"

#include "experiments/hawkes_network/estimators/method.hpp"
#include "experiments/hawkes_network/model/setting.hpp"
#include "experiments/hawkes_network/model/user_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::hawkes_network {

namespace {

/// Counts of a pair of bit rows are 32-bit numbers.
constexpr std::int64_t kMostBins = std::int64_t{1} << 31;
/// Windows that are too short for the bins make no correlation.
constexpr std::int64_t kBinsPerLag = 10;

void check_process(Parameters const& point, study::Verdict& verdict) {
  bool const bipartite = point.graph == Graph::bipartite;
  auto const most = bipartite ? point.d / 2 : point.d - 1;
  if (point.s > most) {
    verdict.refuse(
        "s", fmt::format("allowed is an integer in [0, {}], the number of possible parents at d = {}", most,
                         point.d));
    return;
  }
  if (point.graph == Graph::circulant && point.hub_exponent != 1)
    verdict.refuse("hub_exponent", "a circulant network has no hubs (graph = circulant); allowed is 1");
  double const kappa = load(point);
  if (kappa >= 1)
    verdict.refuse(
        point.s > 0 ? "alpha" : "self_weight",
        fmt::format("not stationary: s*alpha*(1+alpha_spread)+self_weight = {:.6g} >= 1; allowed is less",
                    kappa));
}

void check_user_data(Parameters const& point, study::Verdict& verdict) {
  auto const& facts = *point.input;
  verdict.deterministic();
  for (auto const* name : {"s", "graph", "hub_exponent", "alpha_spread", "self_weight", "mu", "mu_spread",
                           "kernel", "beta", "tv_eps"})
    verdict.inert(name);
  if (verdict.given("d") && point.d != facts.nodes)
    verdict.refuse("d", fmt::format("the input has {} nodes; allowed is {}, or not to give d", facts.nodes,
                                    facts.nodes));
  if (!(point.beta_fit > 0))
    verdict.refuse("beta_fit",
                   "the decay of the user's events is not known (input); allowed is a positive number");
  if (point.edge_rule == EdgeRule::alpha && !verdict.given("alpha"))
    verdict.refuse("edge_rule",
                   "alpha needs the smallest weight of the user's network; allowed are fwer, fdr, or "
                   "alpha with the parameter alpha given");
  if (wanted_horizon(point) > facts.horizon * (1 + 1e-9))
    verdict.refuse(point.t_obs > 0 ? "t_obs" : "c_time",
                   fmt::format("asks for a horizon of {:.6g}; allowed is at most {:.6g}, that of the input",
                               wanted_horizon(point), facts.horizon));
  if (facts.silent_nodes > 0)
    verdict.warn(fmt::format("input: {} of {} nodes have no event: no edge of theirs can be found",
                             facts.silent_nodes, facts.nodes));
}

void check_bins(Parameters const& point, study::Verdict& verdict) {
  auto const bins = bins_of(point).count;
  if (bins < kBinsPerLag * point.screen_lags)
    verdict.refuse(point.t_obs > 0 ? "t_obs" : "c_time",
                   fmt::format("observation window too short for the bins: {} bins; allowed are at least {} "
                               "(10 for each of screen_lags)",
                               bins, kBinsPerLag * point.screen_lags));
  else if (bins > kMostBins)
    verdict.refuse(point.t_obs > 0 ? "t_obs" : "c_time",
                   fmt::format("gives {} bins; allowed are at most 2^31 = {}", bins, kMostBins));
}

}  // namespace

void check_validity(Parameters const& point, study::Verdict& verdict) {
  if (point.t_obs > 0) verdict.inert("c_time");
  if (point.input == nullptr)
    check_process(point, verdict);
  else
    check_user_data(point, verdict);
  auto const& method = method_of(point.method);
  method.check(point, verdict);
  if (method.screening_need() == ScreeningNeed::nothing) return;
  check_bins(point, verdict);
  double const most = std::max(5.0, static_cast<double>(point.d) - 1);
  if (method.screening_need() == ScreeningNeed::candidates && point.screen_fp > most)
    verdict.refuse("screen_fp", fmt::format("allowed is a number in (0, {}], the pairs of a row", most));
}

}  // namespace thresher::hawkes_network
