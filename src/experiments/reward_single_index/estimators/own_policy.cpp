#include "experiments/reward_single_index/estimators/own_policy.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <tuple>
#include <utility>

namespace thresher::reward_single_index {

namespace {

constexpr int kTemperatures = 25;
constexpr double kStepsPerDecade = 8;
constexpr double kLowestTemperature = 0.01;  ///< in standard deviations of the labels

/// Rewards, labels and weights of this rank's held-out rows.
class HeldOut {
 public:
  HeldOut(Parameters const& point, RewardLink const& link, ReadoutRows const& source,
          SecondStageFit const& fit, mpi::Communicator const& comm)
      : comm_(comm), sum_(comm, held_out_rows(point), readout_blocks(held_out_rows(point), point.n_neurons)) {
    auto const first = readout_rows(point) - held_out_rows(point);
    auto const log_weight = log_weight_of(point, link, fit.pilot);
    mpi::agree(comm, [&] {
      for (auto const& block : sum_.owned_blocks())
        visit_rows(point, source, {first + block.begin, first + block.end},
                   [&](linalg::MatrixView rows, std::span<double const> z, std::span<double const> y) {
                     for (std::size_t i = 0; i < y.size(); ++i) {
                       auto const psi = rows.column(static_cast<std::int64_t>(i));
                       reward_.push_back(reward_of(point, fit.final.readout, psi));
                       log_weight_.push_back(log_weight(z[i], psi, y[i]));
                       label_.push_back(y[i]);
                     }
                   });
    });
    auto const moments = weighted([](std::size_t) { return 0.0; });
    mean_ = moments[label] / moments[weight];
    auto const centred = weighted([](std::size_t) { return 0.0; });
    deviation_ = std::sqrt(centred[label_square] / centred[weight]);
  }

  double mean() const { return mean_; }
  double deviation() const { return deviation_; }

  /// Mean squared error under the weights of the fit, and its share of the labels' variance under them.
  std::pair<double, double> error() const {
    auto const sums = weighted([&](std::size_t i) { return log_weight_[i]; });
    double const total = sums[weight];
    double const shift = sums[label] / total;
    double const variance = std::max(0.0, sums[label_square] / total - shift * shift);
    double const error = sums[error_square] / total;
    return {error, variance > 0 ? error / variance : study::kUndefined};
  }

  OffPolicyValue value(double temperature) const {
    auto const sums = weighted([&](std::size_t i) { return reward_[i] / temperature; });
    double const shift = sums[label] / sums[weight];
    double const spread =
        sums[weighted_label_square] - 2 * shift * sums[weighted_label] + shift * shift * sums[weight_square];
    OffPolicyValue made{temperature, mean_ + shift, std::sqrt(std::max(0.0, spread)) / sums[weight],
                        sums[weight] * sums[weight] / sums[weight_square]};
    if (made.effective_rows < kFewestEffectiveRows) made.value = made.standard_error = study::kUndefined;
    return made;
  }

 private:
  enum Sum {
    weight,
    weight_square,
    label,
    label_square,
    weighted_label,         ///< sum of w^2 y
    weighted_label_square,  ///< sum of w^2 y^2
    error_square,
    kSums
  };
  /// Sums over all rows with weights given by their logarithms, up to a common factor of the weights; labels
  /// relative to the mean.
  std::array<double, kSums> weighted(std::function<double(std::size_t)> const& log_weight) const {
    double largest = -1e300;
    for (std::size_t i = 0; i < label_.size(); ++i) largest = std::max(largest, log_weight(i));
    largest = mpi::max(comm_, largest);
    auto const begin = sum_.owned().begin;
    std::array<double, kSums> total{};
    sum_(
        [&](mpi::Range block, std::span<double> sums) {
          for (auto row = block.begin; row < block.end; ++row) {
            auto const i = static_cast<std::size_t>(row - begin);
            double const w = std::exp(log_weight(i) - largest);
            double const y = label_[i] - mean_;
            double const error = label_[i] - reward_[i];
            sums[weight] += w;
            sums[weight_square] += w * w;
            sums[label] += w * y;
            sums[label_square] += w * y * y;
            sums[weighted_label] += w * w * y;
            sums[weighted_label_square] += w * w * y * y;
            sums[error_square] += w * error * error;
          }
        },
        total);
    return total;
  }

  mpi::Communicator const& comm_;
  mpi::FixedOrderSum sum_;
  std::vector<double> reward_, label_, log_weight_;
  double mean_ = 0;
  double deviation_ = 0;
};

}  // namespace

std::vector<OffPolicyValue> judge_by_held_out_rows(Parameters const& point, RewardLink const& link,
                                                   ReadoutRows const& rows, SecondStageFit const& fit,
                                                   study::Team& team, Metrics& metrics) {
  HeldOut const held_out(point, link, rows, fit, team.communicator());
  std::tie(metrics.heldout_error, metrics.heldout_nmse) = held_out.error();
  metrics.behaviour_value = held_out.mean();
  double const beta = deployment_temperature(point);
  auto const deployed = held_out.value(beta);
  metrics.offpolicy_value = deployed.value;
  metrics.offpolicy_se = deployed.standard_error;
  metrics.offpolicy_ess = deployed.effective_rows;
  if (deployed.effective_rows < kFewestEffectiveRows)
    team.warn(fmt::format(
        "at temperature {} fewer than {} held-out rows are effective: no value of the policy is given", beta,
        kFewestEffectiveRows));
  std::vector<OffPolicyValue> values;
  if (!(held_out.deviation() > 0)) return values;
  for (int k = 0; k < kTemperatures; ++k)
    values.push_back(held_out.value(held_out.deviation() * kLowestTemperature *
                                    std::pow(10, static_cast<double>(k) / kStepsPerDecade)));
  return values;
}

}  // namespace thresher::reward_single_index
