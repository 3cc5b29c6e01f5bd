#include "experiments/implicit_regularization/solvers/flow.hpp"
#include "experiments/implicit_regularization/solvers/probes.hpp"
#include "experiments/implicit_regularization/solvers/stored_columns.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace thresher::implicit_regularization {

namespace {

/// Displacement by one epoch over the batches in this order.
void add_epoch(Probe const& probe, std::vector<Rows> const& batches, std::span<std::int64_t const> order,
               std::span<double const> theta, std::span<double> sum) {
  std::vector<double> moved(theta.size()), at(theta.size()), gradient(theta.size());
  for (auto const k : order) {
    for (std::size_t j = 0; j < at.size(); ++j) at[j] = theta[j] + moved[j];
    probe.model.gradient(at, batches[static_cast<std::size_t>(k)], nullptr, gradient);
    for (std::size_t j = 0; j < at.size(); ++j) moved[j] -= probe.point.eta * gradient[j];
  }
  for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += moved[j];
}

/// Mean displacement of an epoch over random orders, each with its reverse: what the order does to second
/// order in eta then cancels exactly.
std::vector<double> mean_epoch(Probe const& probe, std::vector<Rows> const& batches, std::int64_t snapshot,
                               std::span<double const> theta) {
  auto const orders = probe.team.stream("order_of_probe");
  std::vector<double> mean(theta.size());
  for (std::int64_t repeat = 0; repeat < probe.point.n_repeats; ++repeat) {
    if (probe.team.stopping()) throw study::Interrupted();
    auto order =
        orders.sequence({static_cast<std::uint64_t>(snapshot), static_cast<std::uint64_t>(repeat)}, 0)
            .permutation(static_cast<std::int64_t>(batches.size()));
    add_epoch(probe, batches, order, theta, mean);
    std::ranges::reverse(order);
    add_epoch(probe, batches, order, theta, mean);
  }
  for (double& entry : mean) entry /= 2 * static_cast<double>(probe.point.n_repeats);
  return mean;
}

/// Adds the squares of the gradient's coordinates along the eigenvectors of S, on rank 0.
void add_energy(GramSpectrum const& spectrum, std::span<double const> gradient, std::vector<double>& energy) {
  if (spectrum.values.empty()) return;
  energy.resize(spectrum.values.size());
  std::vector<double> along(gradient.size());
  linalg::gemv(linalg::Transpose::yes, 1, spectrum.vectors.view(), gradient, 0, along);
  for (std::size_t j = 0; j < along.size(); ++j) energy[j] += along[j] * along[j];
}

void store_drift(Probe const& probe, std::vector<double> const& theta, DeviationFacts& facts) {
  auto const& point = probe.point;
  if (point.horizon == 0) return;
  auto parted = drift(probe.model, probe.rows, theta, point.eta, point.horizon, point.flow_substeps);
  facts.drift_flow = parted.flow.back();
  facts.drift_modified = parted.modified.back();
  facts.drift_curve_flow = std::move(parted.flow);
  facts.drift_curve_modified = std::move(parted.modified);
}

}  // namespace

void probe_flow(Probe const& probe, std::vector<double> theta, StartStage const& start,
                Deviation& deviation) {
  auto const& point = probe.point;
  bool const epochs = point.modification == Modification::minibatch;
  if (!epochs) store_drift(probe, theta, deviation.facts);
  auto const batches = epochs ? fixed_batches(probe.rows, point.batch) : std::vector<Rows>{};
  double const time = point.eta * (epochs ? static_cast<double>(batches.size()) : 1.0);
  auto const velocity = gradient_flow(probe.model, probe.rows);
  std::vector<double> b(theta.size()), step(theta.size());
  for (std::int64_t snapshot = 0; snapshot < point.snapshots; ++snapshot) {
    if (probe.team.stopping()) throw study::Interrupted();
    if (epochs) {
      step = mean_epoch(probe, batches, snapshot, theta);
    } else {
      probe.model.gradient(theta, probe.rows, nullptr, step);
      add_energy(start.spectrum(), step, deviation.facts.gradient_energy);
      for (double& entry : step) entry *= -point.eta;
    }
    auto const flown = displacement(velocity, theta, time, point.flow_substeps);
    for (std::size_t j = 0; j < b.size(); ++j) b[j] = (flown[j] - step[j]) / time;
    deviation.blocks.push_back(make_block(probe, theta, b));
    for (std::size_t j = 0; j < theta.size(); ++j) theta[j] += step[j];
    probe.team.progress(static_cast<double>(snapshot + 1) / static_cast<double>(point.snapshots));
  }
}

}  // namespace thresher::implicit_regularization
