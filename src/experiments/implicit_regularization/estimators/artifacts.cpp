#include "experiments/implicit_regularization/estimators/artifacts.hpp"

#include "experiments/implicit_regularization/estimators/entry_routes.hpp"
#include "experiments/implicit_regularization/estimators/jackknife.hpp"
#include "experiments/implicit_regularization/model/candidates.hpp"

#include <array>
#include <cstdint>

namespace thresher::implicit_regularization {

namespace {

/// Rows of arrays by penalty: one per Candidate but `automatic`; the deviation itself comes last.
constexpr auto kPenalties = static_cast<std::int64_t>(kCandidates) - 1;

std::size_t penalty_place(Candidate candidate) {
  return static_cast<std::size_t>(candidate) - 1;
}

/// Weights, deviation and columns of the first block. Collective.
void store_vectors(Observed const& observed, Fits const& fits, study::Team& team) {
  if (!team.wants("weights") && !team.wants("deviation") && !team.wants("gradients")) return;
  auto const to_shares = EntryRoutes::to_shares(observed.entries, observed.comm);
  auto const& block = observed.blocks.front();
  std::int64_t const total = observed.entries.total;
  if (team.wants("weights"))
    team.store_distributed("weights", {total}, to_shares.received(), to_shares(block.theta));
  if (team.wants("deviation"))
    team.store_distributed("deviation", {total}, to_shares.received(), to_shares(block.b));
  if (!team.wants("gradients")) return;
  auto const columns = fits.columns.size();
  std::vector<double> values(static_cast<std::size_t>(to_shares.received().size()) * columns);
  for (std::size_t k = 0; k < columns; ++k) {
    ColumnGradient const gradient(fits.columns[k], block, block, fits.shapes);
    auto const share = to_shares(gradient.values());
    for (std::size_t i = 0; i < share.size(); ++i) values[i * columns + k] = share[i];
  }
  team.store_distributed("gradients", {total, static_cast<std::int64_t>(columns)}, to_shares.received(),
                         values);
}

void store_profile(Fits const& fits, study::Team& team) {
  if (!fits.power || !team.wants("power_profile")) return;
  study::Artifact profile{"power_profile", {kProfilePoints, 2}, {}};
  for (std::size_t k = 0; k < fits.power->grid.size(); ++k)
    profile.values.insert(profile.values.end(), {fits.power->grid[k], fits.power->grid_r2[k]});
  team.store(std::move(profile));
}

/// Single fits of every block by itself. Collective.
void store_block_coefficients(Observed const& observed, Fits const& fits, study::Team& team) {
  if (!team.wants("block_coefficients")) return;
  auto const blocks = static_cast<std::int64_t>(observed.blocks.size());
  study::Artifact artifact{"block_coefficients", {blocks, kPenalties}, {}};
  artifact.values.assign(static_cast<std::size_t>(blocks * kPenalties), study::kUndefined);
  for (std::size_t k = 0; k < observed.blocks.size(); ++k) {
    auto const block = observed.blocks.subspan(k, 1);
    auto const factor = factor_of(block, block, fits.columns, fits.shapes, observed.order);
    for (auto const candidate : members(candidates_of(observed.point)))
      artifact.values[k * static_cast<std::size_t>(kPenalties) + penalty_place(candidate)] =
          factor.single(fits.place(candidate), observed.sign()).coefficient;
  }
  team.store(std::move(artifact));
}

void store_cosines(Fits const& fits, study::Team& team) {
  if (!team.wants("cosines")) return;
  constexpr auto kSize = static_cast<std::size_t>(kPenalties) + 1;
  study::Artifact artifact{"cosines", {kPenalties + 1, kPenalties + 1}, {}};
  artifact.values.assign(kSize * kSize, study::kUndefined);
  std::vector<std::size_t> rows;
  for (auto const candidate : fits.columns) rows.push_back(penalty_place(candidate));
  rows.push_back(kSize - 1);
  for (std::size_t a = 0; a < rows.size(); ++a)
    for (std::size_t b = 0; b < rows.size(); ++b)
      artifact.values[rows[a] * kSize + rows[b]] = fits.factor.cosine(a, b);
  team.store(std::move(artifact));
}

void store_drift_curve(DeviationFacts const& facts, study::Team& team) {
  auto const steps = facts.drift_curve_flow.size();
  if (steps == 0 || !team.wants("drift_curve")) return;
  study::Artifact artifact{"drift_curve", {static_cast<std::int64_t>(steps), 2}, {}};
  for (std::size_t k = 0; k < steps; ++k)
    artifact.values.insert(artifact.values.end(), {facts.drift_curve_flow[k], facts.drift_curve_modified[k]});
  team.store(std::move(artifact));
}

}  // namespace

void store_artifacts(Observed const& observed, Fits const& fits, study::Team& team) {
  store_vectors(observed, fits, team);
  store_profile(fits, team);
  store_block_coefficients(observed, fits, team);
  store_cosines(fits, team);
  store_drift_curve(observed.facts, team);
  if (fits.layers && team.wants("layer_coefficients"))
    team.store({"layer_coefficients",
                {static_cast<std::int64_t>(fits.layers->coefficients.size())},
                fits.layers->coefficients});
  auto const& eigenvalues = observed.facts.eigenvalues;
  if (!eigenvalues.empty() && team.wants("eigenvalues"))
    team.store({"eigenvalues", {static_cast<std::int64_t>(eigenvalues.size())}, eigenvalues});
}

void store_errors(Observed const& observed, Fits const& fits,
                  std::span<std::vector<DeviationBlock> const> without_part, study::Team& team) {
  if (without_part.empty() || !team.wants("coefficient_errors")) return;
  auto const errors = jackknife_errors(observed, fits, without_part);
  study::Artifact artifact{"coefficient_errors", {kPenalties, 2}, {}};
  for (std::size_t k = 1; k < kCandidates; ++k)
    artifact.values.insert(artifact.values.end(), {errors.single[k], errors.joint[k]});
  team.store(std::move(artifact));
}

}  // namespace thresher::implicit_regularization
