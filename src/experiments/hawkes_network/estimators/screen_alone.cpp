#include "experiments/hawkes_network/estimators/method.hpp"

#include <cmath>

namespace thresher::hawkes_network {

namespace {

/// Network from the screening statistics alone (in the manner of Chen, Witten and Shojaie 2017).
class ScreenAlone : public Method {
 public:
  std::string name() const override { return "screen"; }
  ScreeningNeed screening_need() const override { return ScreeningNeed::all_correlations; }

  void check(Parameters const& point, study::Verdict& verdict) const override {
    inert_lasso(verdict);
    inert_edge_rule_tuning(point, verdict);
    for (auto const* name : {"screen_fp", "max_candidates", "refine", "refit"}) verdict.inert(name);
  }

  MethodWork work(Parameters const& point, double, double ranks) const override {
    double const pairs = static_cast<double>(point.d) * std::ceil(static_cast<double>(point.d) / ranks);
    return {pairs * (sizeof(double) + sizeof(ScoredPair)), 10 * static_cast<double>(point.d * point.d)};
  }

  Fit fit(MethodInput const& input, study::Team&) const override {
    auto const& screening = input.screening;
    auto const& observation = input.observation;
    double squares = 0;
    for (double const weight : screening.lags.weights) squares += weight * weight;
    double const unit = screening.bins.width * bin_response(input.point.bin_width) * squares;
    auto const d = observation.nodes();
    Fit fit;
    fit.baselines_follow_edges = true;
    for (auto i = observation.own().begin; i < observation.own().end; ++i) {
      auto const* const row = screening.correlations.data() + (i - observation.own().begin) * d;
      auto& pairs = fit.pairs.emplace_back();
      pairs.reserve(static_cast<std::size_t>(d - 1));
      for (std::int64_t j = 0; j < d; ++j) {
        if (j == i) continue;
        double const rate = static_cast<double>(observation.count(j)) / observation.horizon();
        double const covariance =
            weighted_covariance(row[j], screening.moments[static_cast<std::size_t>(i)],
                                screening.moments[static_cast<std::size_t>(j)], screening.lags);
        pairs.push_back({static_cast<std::int32_t>(j), row[j], rate > 0 ? covariance / (rate * unit) : 0});
      }
      fit.baselines.push_back(static_cast<double>(observation.count(i)) / observation.horizon());
      fit.self_weights.push_back(0);
    }
    return fit;
  }
};

}  // namespace

Method const& screen_method() {
  static ScreenAlone const method;
  return method;
}

}  // namespace thresher::hawkes_network
