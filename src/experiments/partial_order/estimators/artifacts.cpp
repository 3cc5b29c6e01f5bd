#include "experiments/partial_order/estimators/artifacts.hpp"

#include "experiments/partial_order/estimators/list_metrics.hpp"
#include "experiments/partial_order/estimators/list_scores.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/precedence_shares.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace thresher::partial_order {

namespace {

/// Scores of a row of pairs, where a table shows them.
std::vector<double> cover_table(PartialOrder const& order, EdgeScores const* scores) {
  std::vector<double> table;
  std::vector<double> row(static_cast<std::size_t>(order.items()));
  std::int32_t made = -1;
  for (auto const& [first, second] : order.cover()) {
    table.push_back(first);
    table.push_back(second);
    if (scores == nullptr) continue;
    if (first != made) scores->row(first, row);
    made = first;
    table.push_back(row[static_cast<std::size_t>(second)]);
  }
  return table;
}

void store_table(std::string_view name, std::int64_t columns, std::vector<double> values, study::Team& team) {
  auto const rows = static_cast<std::int64_t>(values.size()) / columns;
  team.store({std::string(name), {rows, columns}, std::move(values)});
}

/// A share of the rows of E from every rank.
void store_scores(EdgeScores const& scores, std::int64_t items, study::Team& team) {
  auto const& comm = team.communicator();
  auto const mine = mpi::share(items, comm.rank(), comm.size());
  std::vector<double> rows(static_cast<std::size_t>(mine.size() * items));
  for (auto i = mine.begin; i < mine.end; ++i)
    scores.row(i, std::span(rows).subspan(static_cast<std::size_t>((i - mine.begin) * items),
                                          static_cast<std::size_t>(items)));
  team.store_distributed("edge_scores", {items, items}, mine, rows);
}

void store_draws(Fit const& fit, Parameters const& point, study::Team& team) {
  if (team.wants("latent_draws") && !fit.latent_draws.empty()) {
    auto const draws =
        static_cast<std::int64_t>(fit.latent_draws.size()) / (point.n_items * point.latent_dim);
    team.store({"latent_draws", {draws, point.n_items, point.latent_dim}, fit.latent_draws});
  }
  if (team.wants("latent_mode") && fit.soft)
    team.store({"latent_mode", {point.n_items, point.latent_dim}, fit.soft->values});
  if (team.wants("chain_relations") && !fit.chains.empty()) {
    std::vector<double> values;
    for (auto const& chain : fit.chains) values.insert(values.end(), chain.begin(), chain.end());
    team.store({"chain_relations", {point.chains, point.samples}, std::move(values)});
  }
}

}  // namespace

void store_artifacts(FitStage const& stage, Order const& estimate, EdgeScores const& scores,
                     Parameters const& point, study::Team& team) {
  auto const& data = stage.reference.data;
  auto const n = point.n_items;
  if (n <= kMostStoredItems) {
    if (team.wants("cover_true") && data.truth() != nullptr)
      store_table("cover_true", 2, cover_table(PartialOrder::copy_of(*data.truth()), nullptr), team);
    if (team.wants("cover_estimated"))
      store_table("cover_estimated", 3, cover_table(PartialOrder::copy_of(estimate), &scores), team);
    if (team.wants("edge_scores")) store_scores(scores, n, team);
  }
  if (n <= kMostScoredItems && team.wants("pair_counts"))
    team.store({"pair_counts", {n, n}, precedence_counts(stage.reference.training, n)});
  store_draws(stage.fit, point, team);
  if (team.wants("test_log_density") && has_test(point)) {
    auto values = log_predictive(stage.fit, estimate, data.test(point), point, team);
    auto const count = static_cast<std::int64_t>(values.size());
    team.store({"test_log_density", {count}, std::move(values)});
  }
  if (team.wants("scored_lists") && data.scored().count() > 0)
    store_table("scored_lists", kScoreColumns, score_lists(stage.fit, estimate, data.scored(), point, team),
                team);
}

}  // namespace thresher::partial_order
