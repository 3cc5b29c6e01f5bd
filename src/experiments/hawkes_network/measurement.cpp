#include "experiments/hawkes_network/measurement.hpp"

#include "experiments/hawkes_network/artifacts.hpp"
#include "experiments/hawkes_network/estimators/recovery.hpp"
#include "experiments/hawkes_network/model/user_facts.hpp"

namespace thresher::hawkes_network {

study::Outcome measure_point(FittedNetwork const& fitted, Parameters const& point, study::Team& team,
                             Metrics& metrics) {
  auto const& data = fitted.screened.data;
  auto const& observation = fitted.screened.observation;
  auto const estimate = decide(point, observation, fitted.fit);
  if (data.truth) {
    measure_recovery(*data.truth, observation, fitted.fit, estimate, metrics);
  } else {
    double candidates = 0;
    for (auto const& pairs : fitted.fit.pairs) candidates += static_cast<double>(pairs.size());
    candidates = mpi::sum(team.communicator(), candidates);
    metrics.candidates_mean = fitted.fit.screened ? candidates / static_cast<double>(observation.nodes())
                                                  : static_cast<double>(observation.nodes() - 1);
  }
  metrics.n_events = static_cast<double>(observation.total());
  if (!data.baselines.empty()) {
    metrics.mu_rmse = baseline_error(data.baselines, observation, estimate);
    metrics.rate_rel = metrics.n_events / (observation.horizon() * data.total_rate) - 1;
  }
  store_artifacts(fitted, estimate, point, team);
  return fitted.fit.converged ? study::Outcome::ok : study::Outcome::not_converged;
}

Metrics applicable_metrics(Parameters const& point, Metrics all) {
  if (point.input == nullptr) return all;
  if (!point.input->has_truth()) {
    Metrics without_truth;
    without_truth.candidates_mean = without_truth.n_events = 0;
    return without_truth;
  }
  all.mu_rmse = all.rate_rel = study::kUndefined;
  return all;
}

}  // namespace thresher::hawkes_network
