#include "experiments/reward_single_index/estimators/policy.hpp"

#include "experiments/reward_single_index/estimators/policy_nodes.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "mpi/fixed_order_sum.hpp"
#include "numerics/stable_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr double kStep = 0.05;
constexpr double kFirstEnd = 10;
constexpr int kMostDoublings = 5;
/// A policy with more of its mass on the ends of the grid has left it.
constexpr double kEscaped = 1e-9;
constexpr int kMostNodeBlocks = 64;

/// Sums over all nodes.
enum Sum {
  mass,
  reward,
  learned,
  ends,
  best_error,
  best_square,
  reference_error,
  reference_square,
  proxy_error,
  proxy_square,
  kSums
};
using Sums = std::array<double, kSums>;

/// The grid along the hidden direction with what does not depend on the neurons.
struct Grid {
  Grid(RewardLink const& link, double end, double beta) {
    auto const half = static_cast<std::int64_t>(std::llround(end / kStep));
    for (std::int64_t k = -half; k <= half; ++k) {
      double const g = kStep * static_cast<double>(k);
      place.push_back(g);
      true_reward.push_back(link(g));
      log_reference.push_back(-g * g / 2);
    }
    double const total = numerics::log_sum_exp(log_reference);
    for (double& each : log_reference) each -= total;
    for (std::size_t k = 0; k < place.size(); ++k)
      log_best.push_back(log_reference[k] + true_reward[k] / beta);
    log_partition = numerics::log_sum_exp(log_best);
    for (std::size_t k = 0; k < place.size(); ++k) {
      log_best[k] -= log_partition;
      value += std::exp(log_best[k]) * true_reward[k];
      reference_value += std::exp(log_reference[k]) * true_reward[k];
    }
  }
  double best_at_ends() const { return std::exp(log_best.front()) + std::exp(log_best.back()); }

  std::vector<double> place, true_reward, log_reference, log_best;
  double log_partition = 0;
  double value = 0;
  double reference_value = 0;
};

class Evaluation {
 public:
  Evaluation(Parameters const& point, Features const& features, SecondStageFit const& fit,
             PolicyNodes const& nodes, mpi::Communicator const& comm)
      : point_(point), features_(features), fit_(fit), nodes_(nodes), comm_(comm) {}

  /// The clipped reward of a readout along the grid at a node.
  void rewards(Readout const& readout, Grid const& grid, std::span<double const> p,
               std::vector<double>& out) const {
    out.assign(grid.place.size(), readout.intercept);
    for (std::size_t j = 0; j < p.size(); ++j) {
      double const m = features_.overlaps[j], a = readout.coefficients[j];
      double const shift = p[j] + readout_bias(point_, static_cast<std::int64_t>(j));
      for (std::size_t k = 0; k < out.size(); ++k) out[k] += a * std::max(m * grid.place[k] + shift, 0.0);
    }
    for (double& value : out) value = std::clamp(value, -point_.reward_clip, point_.reward_clip);
  }

  struct Result {
    Sums sums;
    double largest;  ///< the exponent that the sums of the deployed policy are relative to
  };
  Result run(Grid const& grid) const {
    double const beta = deployment_temperature(point_);
    mpi::FixedOrderSum const sum(comm_, nodes_.count(), kMostNodeBlocks);
    std::vector<double> p(features_.overlaps.size()), reward_hat;
    double largest = -1e300;
    auto const own = sum.owned();
    for (auto node = own.begin; node < own.end; ++node) {
      nodes_.fill(node, p);
      rewards(fit_.final.readout, grid, p, reward_hat);
      for (std::size_t k = 0; k < reward_hat.size(); ++k)
        largest = std::max(largest, grid.log_reference[k] + reward_hat[k] / beta);
    }
    Result result{{}, mpi::max(comm_, largest)};
    sum([&](mpi::Range some, std::span<double> sums) { add(grid, some, result.largest, sums); }, result.sums);
    return result;
  }

 private:
  void add(Grid const& grid, mpi::Range some, double largest, std::span<double> sums) const {
    double const beta = deployment_temperature(point_);
    std::vector<double> p(features_.overlaps.size()), reward_hat, proxy;
    for (auto node = some.begin; node < some.end; ++node) {
      double const q = nodes_.weight(node);
      nodes_.fill(node, p);
      rewards(fit_.final.readout, grid, p, reward_hat);
      if (!fit_.pilot.coefficients.empty()) rewards(fit_.pilot, grid, p, proxy);
      for (std::size_t k = 0; k < reward_hat.size(); ++k) {
        double const weight = q * std::exp(grid.log_reference[k] + reward_hat[k] / beta - largest);
        double const best = q * std::exp(grid.log_best[k]);
        double const error = reward_hat[k] - grid.true_reward[k];
        sums[mass] += weight;
        sums[reward] += weight * grid.true_reward[k];
        sums[learned] += weight * reward_hat[k];
        if (k == 0 || k + 1 == reward_hat.size()) sums[ends] += weight;
        sums[best_error] += best * error;
        sums[best_square] += best * error * error;
        double const usual = q * std::exp(grid.log_reference[k]);
        sums[reference_error] += usual * error;
        sums[reference_square] += usual * error * error;
        if (proxy.empty()) continue;
        double const proxy_gap = proxy[k] - grid.true_reward[k];
        sums[proxy_error] += best * proxy_gap;
        sums[proxy_square] += best * proxy_gap * proxy_gap;
      }
    }
  }

  Parameters const& point_;
  Features const& features_;
  SecondStageFit const& fit_;
  PolicyNodes const& nodes_;
  mpi::Communicator const& comm_;
};

void measure_values(Parameters const& point, Grid const& grid, Evaluation::Result const& result,
                    Metrics& metrics) {
  double const beta = deployment_temperature(point);
  auto const& sums = result.sums;
  double const log_partition = result.largest + std::log(sums[mass]);
  double const learned_mean = sums[learned] / sums[mass];
  double const best_objective = beta * grid.log_partition;
  double const gain = best_objective - grid.reference_value;
  metrics.value_hat = sums[reward] / sums[mass];
  metrics.value_opt = grid.value;
  metrics.value_ref = grid.reference_value;
  metrics.value_gap = metrics.value_opt - metrics.value_hat;
  metrics.rel_value_gap = metrics.value_gap / (metrics.value_opt - metrics.value_ref);
  // Divergences are not negative but for rounding.
  double const divergence = learned_mean / beta - log_partition;
  metrics.kl_hat = std::max(0.0, divergence);
  metrics.kl_opt = std::max(0.0, grid.value / beta - grid.log_partition);
  double const regret = learned_mean - metrics.value_hat + beta * (grid.log_partition - log_partition);
  metrics.regret = std::max(0.0, regret);
  double const objective = metrics.value_hat - beta * divergence;
  metrics.identity_defect = std::abs(best_objective - objective - regret);
  metrics.rel_regret = metrics.regret / gain;
  metrics.net_gain = objective - metrics.value_ref;
  metrics.admissible = metrics.regret <= point.adm_tol * gain ? 1 : 0;
  auto const variance = [](double first, double second) { return std::max(0.0, second - first * first); };
  metrics.fit_var = variance(sums[reference_error], sums[reference_square]);
  metrics.tilted_var = variance(sums[best_error], sums[best_square]);
  metrics.regret_quadratic = metrics.tilted_var / (2 * beta);
  if (point.weighting == Weighting::surrogate)
    metrics.proxy_tilted_var = variance(sums[proxy_error], sums[proxy_square]);
}

PolicyProfile profile_of(Grid const& grid, std::vector<double> reward, double beta) {
  std::vector<double> log_density(reward.size());
  for (std::size_t k = 0; k < reward.size(); ++k) log_density[k] = grid.log_reference[k] + reward[k] / beta;
  double const total = numerics::log_sum_exp(log_density);
  PolicyProfile profile{grid.place, std::move(reward), grid.true_reward, {}, {}};
  for (std::size_t k = 0; k < log_density.size(); ++k) {
    profile.learned_density.push_back(std::exp(log_density[k] - total) / kStep);
    profile.best_density.push_back(std::exp(grid.log_best[k]) / kStep);
  }
  return profile;
}

}  // namespace

PolicyProfile evaluate_policy(Parameters const& point, RewardLink const& link, Features const& features,
                              SecondStageFit const& fit, study::Team& team, Metrics& metrics) {
  double const beta = deployment_temperature(point);
  PolicyNodes const nodes(point, features.gram.view(), team);
  Evaluation const evaluation(point, features, fit, nodes, team.communicator());
  double end = kFirstEnd;
  for (int doublings = 0;; ++doublings, end *= 2) {
    Grid const grid(link, end, beta);
    auto const result = evaluation.run(grid);
    bool const escaped = grid.best_at_ends() >= kEscaped || result.sums[ends] >= kEscaped * result.sums[mass];
    if (escaped && doublings < kMostDoublings) continue;
    if (escaped)
      team.warn(fmt::format(
          "a policy has left |<theta, x>| <= {:.4g}, the largest grid: its values are cut off there", end));
    measure_values(point, grid, result, metrics);
    std::vector<double> reward;
    evaluation.rewards(fit.final.readout, grid, std::vector<double>(features.overlaps.size(), 0.0), reward);
    return profile_of(grid, std::move(reward), beta);
  }
}

}  // namespace thresher::reward_single_index
