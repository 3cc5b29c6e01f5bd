#include "experiments/mixed_quality_lasso/estimators/analysis.hpp"

#include "experiments/mixed_quality_lasso/estimators/method.hpp"
#include "experiments/mixed_quality_lasso/estimators/recovery.hpp"
#include "experiments/mixed_quality_lasso/solvers/witness.hpp"
#include "study/rates.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace thresher::mixed_quality_lasso {

namespace {

constexpr std::size_t kTuningsKept = 64;

/// Whether the two points have the same lambda and weights.
bool tuned_alike(Parameters const& a, Parameters const& b) {
  auto const key = [](Parameters const& q) {
    return std::tuple(q.p, q.s, q.n1, q.n2, q.theta, q.hq_fraction, q.sigma1, q.sigma2, q.sigma_avg, q.rho,
                      q.weighting, q.lambda_rule, q.lambda_scale);
  };
  return key(a) == key(b);
}

}  // namespace

std::vector<double> Analysis::truth() const {
  std::vector<double> beta(data.signs());
  for (double& value : beta) value *= point.rho;
  return beta;
}

WeightedDesign Analysis::design(std::span<double const> weights) const {
  return {data, setting.n1, setting.n2, weights, point.storage};
}

void Analysis::measure_recovery(prox::SparseVector const& estimate, Metrics& metrics) const {
  mixed_quality_lasso::measure_recovery(data.support(), truth(), point.rho, point.delta, estimate, metrics);
  store_coefficients(team, estimate);
}

void Analysis::measure_witness(Metrics& metrics) const {
  auto const witness = primal_dual_witness(data, setting, point.rho, tuning);
  metrics.pdw_sign_ok = witness.sign_ok ? 1 : 0;
  metrics.pdw_v = witness.dual_variance;
  metrics.cond_success_prob = witness.success_probability;
}

study::Length AnalysisMaker::length(Parameters const& point, study::Team const& team) const {
  int const ranks = team.communicator().size();
  double const seconds = study::Rates().seconds(method_of(point).cost(point, ranks)) / ranks;
  return seconds >= lengthy_seconds_ ? study::Length::lengthy : study::Length::brief;
}

Tuning AnalysisMaker::tuning(Parameters const& point) const {
  auto const known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](auto const& entry) { return tuned_alike(entry.first, point); });
  if (known != kept_.end()) return known->second;
  if (kept_.size() >= kTuningsKept) kept_.erase(kept_.begin());
  return kept_.emplace_back(point, tuning_at(point)).second;
}

Tuning AnalysisMaker::tuning_on(study::Team& team, Parameters const& point) const {
  std::array<double, 3> numbers{};
  auto const& comm = team.communicator();
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    auto const tuned = tuning(point);
    numbers = {tuned.lambda, tuned.weights[0], tuned.weights[1]};
  });
  mpi::broadcast(comm, std::span<double>(numbers));
  return {numbers[0], {numbers[1], numbers[2]}};
}

Analysis AnalysisMaker::make(DataSet const& data, Parameters const& point, study::Team& team) const {
  auto const setting = realise(point);
  return {team,
          data,
          point,
          setting,
          tuning_on(team, point),
          data.response(setting, point.rho),
          length(point, team)};
}

}  // namespace thresher::mixed_quality_lasso
