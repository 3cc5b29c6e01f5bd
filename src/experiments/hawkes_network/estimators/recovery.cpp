#include "experiments/hawkes_network/estimators/recovery.hpp"

#include "experiments/hawkes_network/estimators/score_order.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace thresher::hawkes_network {

namespace {

/// Sums over the rows of this rank, then over all.
struct Tally {
  double hits = 0;    ///< edges that were found
  double misses = 0;  ///< edges that were not
  double false_edges = 0;
  double wrong_rows = 0;
  double lost_edges = 0;  ///< edges that are no candidates
  double candidates = 0;
  double squared_error = 0;  ///< of the weights
  double squared_truth = 0;

  void add_over(mpi::Communicator const& comm) {
    std::array values{&hits,       &misses,     &false_edges,   &wrong_rows,
                      &lost_edges, &candidates, &squared_error, &squared_truth};
    std::array<double, values.size()> sums{};
    for (std::size_t k = 0; k < values.size(); ++k) sums[k] = *values[k];
    mpi::sum_in_place(comm, sums);
    for (std::size_t k = 0; k < values.size(); ++k) *values[k] = sums[k];
  }
};

bool is_among(std::vector<ScoredPair> const& pairs, std::int32_t source) {
  auto const found = std::ranges::lower_bound(pairs, source, {}, &ScoredPair::source);
  return found != pairs.end() && found->source == source;
}

/// Walks through true and estimated edges of a row by source: visit(true weight or 0, estimate or null).
template <class Visit>
void compare_row(std::span<std::int32_t const> parents, std::span<double const> weights,
                 std::vector<EstimatedEdge> const& edges, Visit visit) {
  std::size_t k = 0;
  auto edge = edges.begin();
  while (k < parents.size() || edge != edges.end()) {
    bool const is_true = k < parents.size() && (edge == edges.end() || parents[k] <= edge->source);
    bool const is_found = edge != edges.end() && (k == parents.size() || edge->source <= parents[k]);
    visit(is_true ? &weights[k] : nullptr, is_found ? &edge->weight : nullptr);
    if (is_true) ++k;
    if (is_found) ++edge;
  }
}

double ratio(double part, double whole) {
  return part / std::max(whole, 1.0);
}

double as_indicator(bool value) {
  return value ? 1 : 0;
}

}  // namespace

void measure_recovery(Network const& truth, Observation const& observation, Fit const& fit,
                      Estimate const& estimate, Metrics& metrics) {
  auto const& comm = observation.communicator();
  auto const own = observation.own();
  double const d = static_cast<double>(observation.nodes());
  Tally tally;
  double largest_error = 0;
  for (auto i = own.begin; i < own.end; ++i) {
    auto const row = static_cast<std::size_t>(i - own.begin);
    bool wrong = false;
    compare_row(truth.parents(i), truth.parent_weights(i), estimate.edges[row],
                [&](double const* weight, double const* estimated) {
                  bool const hit = weight != nullptr && estimated != nullptr;
                  (hit ? tally.hits : weight != nullptr ? tally.misses : tally.false_edges) += 1;
                  wrong = wrong || !hit;
                  double const error =
                      (estimated != nullptr ? *estimated : 0) - (weight != nullptr ? *weight : 0);
                  tally.squared_error += error * error;
                  largest_error = std::max(largest_error, std::abs(error));
                  if (weight != nullptr) tally.squared_truth += *weight * *weight;
                });
    tally.wrong_rows += as_indicator(wrong);
    tally.candidates += static_cast<double>(fit.pairs[row].size());
    for (auto const parent : truth.parents(i))
      tally.lost_edges += as_indicator(fit.screened && !is_among(fit.pairs[row], parent));
  }
  tally.add_over(comm);
  double const edges = tally.hits + tally.misses;
  double const others = d * (d - 1) - edges;
  metrics.hamming = tally.misses + tally.false_edges;
  metrics.exact_recovery = as_indicator(metrics.hamming == 0);
  metrics.rows_wrong = tally.wrong_rows / d;
  metrics.tpr = ratio(tally.hits, edges);
  metrics.fdr = ratio(tally.false_edges, tally.hits + tally.false_edges);
  metrics.fpr = ratio(tally.false_edges, others);
  metrics.f1 = ratio(2 * tally.hits, 2 * tally.hits + tally.misses + tally.false_edges);
  metrics.any_fp = as_indicator(tally.false_edges > 0);
  metrics.sure_screening = as_indicator(tally.lost_edges == 0);
  metrics.candidates_mean = fit.screened ? tally.candidates / d : d - 1;
  metrics.adj_l2 = std::sqrt(tally.squared_error);
  metrics.adj_rel =
      tally.squared_truth > 0 ? metrics.adj_l2 / std::sqrt(tally.squared_truth) : study::kUndefined;
  metrics.adj_max = mpi::max(comm, largest_error);
  ScoreOrder const order(truth, observation, fit);
  metrics.separable = as_indicator(order.separates());
  metrics.best_hamming = order.best_hamming();
}

double baseline_error(std::span<double const> truth, Observation const& observation,
                      Estimate const& estimate) {
  double squares = 0;
  for (std::size_t row = 0; row < estimate.baselines.size(); ++row) {
    double const error =
        estimate.baselines[row] - truth[static_cast<std::size_t>(observation.own().begin) + row];
    squares += error * error;
  }
  return std::sqrt(mpi::sum(observation.communicator(), squares) / static_cast<double>(truth.size()));
}

}  // namespace thresher::hawkes_network
