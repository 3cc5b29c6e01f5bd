#include "experiments/hawkes_network/estimators/binned_regression.hpp"
#include "experiments/hawkes_network/estimators/method.hpp"
#include "experiments/hawkes_network/estimators/row_fit.hpp"
#include "experiments/hawkes_network/estimators/row_moments.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hawkes_network {

namespace {

/// The candidates of each own node and the node itself.
std::vector<std::vector<std::int32_t>> features_of(Screening const& screening, mpi::Range own) {
  std::vector<std::vector<std::int32_t>> features;
  for (std::size_t row = 0; row < screening.candidates.size(); ++row) {
    auto& of_row = features.emplace_back();
    for (auto const& candidate : screening.candidates[row]) of_row.push_back(candidate.source);
    auto const self = static_cast<std::int32_t>(own.begin + static_cast<std::int64_t>(row));
    of_row.insert(std::ranges::lower_bound(of_row, self), self);
  }
  return features;
}

/// Screening by binned counts, then a regression of each target on its candidates.
class TwoStage : public Method {
 public:
  std::string name() const override { return "two_stage"; }
  ScreeningNeed screening_need() const override { return ScreeningNeed::candidates; }

  void check(Parameters const& point, study::Verdict& verdict) const override {
    inert_lasso(verdict);
    inert_edge_rule_tuning(point, verdict);
    if (point.refine == Refine::binned && point.edge_rule != EdgeRule::alpha)
      verdict.refuse(
          "edge_rule",
          "scores of refine = binned are biased (clipped counts, omitted lags), and no level holds for "
          "them; allowed is alpha");
  }

  MethodWork work(Parameters const& point, double events, double ranks) const override {
    double const d = static_cast<double>(point.d);
    double const features =
        std::min({d, point.screen_fp + static_cast<double>(point.s) * (4 + static_cast<double>(point.s)) + 1,
                  static_cast<double>(point.max_candidates) + 1});
    double const own = std::ceil(d / ranks);
    double const regressions = own * 8 * (1.5 * features * features + 4 * features);
    if (point.refine == Refine::binned) {
      double const bins = static_cast<double>(bins_of(point).count);
      return {regressions + 64e6 + 8 * bins * features * 3, d * bins * features * features * 4};
    }
    if (point.d <= kNodesInOneWalk)
      return {regressions + 28 * 2 * events + 16 * d * d, events * (4 * d + 2 * features * features + 60)};
    return {regressions + 64e6, events * features * (3 * features + 80) + events * 2 * features * features};
  }

  Fit fit(MethodInput const& input, study::Team& team) const override {
    auto features = features_of(input.screening, input.observation.own());
    if (input.point.refine == Refine::binned)
      return fit_rows(
          input.observation.own(),
          binned_regressions(input.observation, input.screening, input.point.clip, std::move(features), team),
          binned_units(input.point));
    return fit_rows(input.observation.own(),
                    row_regressions(input.observation, std::move(features), working_decay(input.point), team),
                    {1, 1});
  }
};

}  // namespace

Method const& two_stage_method() {
  static TwoStage const method;
  return method;
}

}  // namespace thresher::hawkes_network
