#include "experiments/group_matrix/estimators/artifacts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

namespace thresher::group_matrix {

namespace {

using OfGroup = std::function<double(std::size_t)>;

void store_list(std::string const& name, std::size_t count, OfGroup const& value, study::Team& team) {
  if (!team.wants(name)) return;
  study::Artifact artifact{name, {static_cast<std::int64_t>(count)}, {}};
  for (std::size_t g = 0; g < count; ++g) artifact.values.push_back(value(g));
  team.store(std::move(artifact));
}

std::int64_t most_directions(std::vector<GroupReading> const& readings) {
  std::int64_t most = 1;
  for (auto const& reading : readings) most = std::max(most, reading.rank);
  return most;
}

void store_values(std::string const& name, std::vector<GroupReading> const& readings,
                  std::vector<double> GroupReading::*values, study::Team& team) {
  if (!team.wants(name)) return;
  auto const most = most_directions(readings);
  study::Artifact artifact{name, {static_cast<std::int64_t>(readings.size()), most}, {}};
  for (auto const& reading : readings)
    for (std::int64_t k = 0; k < most; ++k)
      artifact.values.push_back(k < static_cast<std::int64_t>((reading.*values).size())
                                    ? (reading.*values)[static_cast<std::size_t>(k)]
                                    : study::kUndefined);
  team.store(std::move(artifact));
}

/// Bases by group, the largest entry of every column positive; NaN beyond a group's rank.
void store_subspaces(std::vector<GroupReading> const& readings, study::Team& team) {
  if (!team.wants("subspaces")) return;
  auto const most = most_directions(readings);
  std::int64_t const columns = readings.front().subspace.rows();
  study::Artifact artifact{"subspaces", {static_cast<std::int64_t>(readings.size()), columns, most}, {}};
  for (auto const& reading : readings) {
    auto subspace = reading.subspace;
    for (std::int64_t k = 0; k < subspace.columns(); ++k) {
      double largest = 0;
      for (double const entry : subspace.column(k))
        if (std::abs(entry) > std::abs(largest)) largest = entry;
      if (largest < 0)
        for (double& entry : subspace.column(k)) entry = -entry;
    }
    for (std::int64_t j = 0; j < columns; ++j)
      for (std::int64_t k = 0; k < most; ++k)
        artifact.values.push_back(k < subspace.columns() ? subspace(j, k) : study::kUndefined);
  }
  team.store(std::move(artifact));
}

/// The estimate row by row.
void store_imputed(MatrixData const& data, Estimate const& estimate, study::Team& team) {
  if (!team.wants("imputed")) return;
  auto const& observations = data.observations();
  linalg::DenseMatrix panel(observations.columns(), observations.own().size());
  estimate.rows(data.whole().own, panel.view());
  team.store_distributed("imputed", {observations.rows(), observations.columns()}, observations.own(),
                         panel.values());
}

}  // namespace

void store_truth_readings(std::vector<GroupReading> const& readings, std::vector<BlockErrors> const& blocks,
                          study::Team& team) {
  store_list(
      "group_distance", readings.size(), [&](std::size_t g) { return readings[g].distance; }, team);
  store_list(
      "group_energy_loss", readings.size(), [&](std::size_t g) { return readings[g].energy_loss; }, team);
  store_values("estimate_values", readings, &GroupReading::values, team);
  store_values("true_values", readings, &GroupReading::true_values, team);
  store_subspaces(readings, team);
  store_list(
      "block_test_error", blocks.size(), [&](std::size_t b) { return blocks[b].unobserved.relative(); },
      team);
  store_list(
      "block_full_error", blocks.size(), [&](std::size_t b) { return blocks[b].all.relative(); }, team);
}

void store_own_readings(MatrixData const& data, Estimate const& estimate, TestErrors const& errors,
                        study::Team& team) {
  if (errors.cells > 0) {
    store_list(
        "group_test_error", errors.groups.size(), [&](std::size_t g) { return errors.groups[g].relative(); },
        team);
    store_list(
        "group_test_rmse", errors.groups.size(),
        [&](std::size_t g) {
          return errors.cells_of_group[g] > 0 ? std::sqrt(errors.groups[g].error / errors.cells_of_group[g])
                                              : study::kUndefined;
        },
        team);
  }
  if (team.wants("estimate_values") || team.wants("subspaces")) {
    auto const readings = leading_directions(data, estimate, kOwnDirections);
    store_values("estimate_values", readings, &GroupReading::values, team);
    store_subspaces(readings, team);
  }
  store_imputed(data, estimate, team);
}

void store_path(std::vector<PathPoint> const& path, study::Team& team) {
  if (path.empty() || !team.wants("path")) return;
  study::Artifact artifact{"path", {static_cast<std::int64_t>(path.size()), 4}, {}};
  for (auto const& at : path)
    artifact.values.insert(artifact.values.end(),
                           {at.fraction, at.score, at.mean_rank, static_cast<double>(at.iterations)});
  team.store(std::move(artifact));
}

void store_history(std::vector<Residuals> const& history, study::Team& team) {
  if (history.empty() || !team.wants("residuals")) return;
  study::Artifact artifact{"residuals", {static_cast<std::int64_t>(history.size()), 2}, {}};
  for (auto const& residuals : history)
    artifact.values.insert(artifact.values.end(), {residuals.primal, residuals.dual});
  team.store(std::move(artifact));
}

}  // namespace thresher::group_matrix
