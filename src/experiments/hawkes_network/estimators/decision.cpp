#include "experiments/hawkes_network/estimators/decision.hpp"

#include "experiments/hawkes_network/model/setting.hpp"
#include "mpi/exchange.hpp"
#include "numerics/normal.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace thresher::hawkes_network {

double benjamini_hochberg_score(mpi::Communicator const& comm, std::vector<double> const& own_scores,
                                double level, double tests) {
  // k <= tests, so only p-values up to the level can be accepted.
  double const least =
      level < 0.5 ? -numerics::normal_quantile(level) - 1e-9 : -std::numeric_limits<double>::infinity();
  std::vector<double> own;
  for (double const score : own_scores)
    if (score >= least) own.push_back(score);
  auto scores = mpi::gather_parts(comm, own).values;
  double smallest = std::numeric_limits<double>::infinity();
  if (comm.rank() == 0) {
    std::ranges::sort(scores, std::greater<>());
    for (std::size_t k = 0; k < scores.size(); ++k)
      if (numerics::normal_upper_tail(scores[k]) <= level * static_cast<double>(k + 1) / tests)
        smallest = scores[k];
  }
  return mpi::broadcast_value(comm, smallest);
}

namespace {

/// Which pairs of a row are edges.
class Rule {
 public:
  Rule(Parameters const& point, mpi::Communicator const& comm, Fit const& fit) : fit_(fit) {
    if (fit.selection != Selection::by_edge_rule) return;
    switch (point.edge_rule) {
      case EdgeRule::fwer:
        above_score_ = edge_level(point);
        break;
      case EdgeRule::alpha:
        by_weight_ = true;
        above_weight_ = point.tau * point.alpha;
        break;
      case EdgeRule::fdr: {
        std::vector<double> scores;
        for (auto const& pairs : fit.pairs)
          for (auto const& pair : pairs) scores.push_back(pair.score);
        // The bound itself is accepted.
        above_score_ = std::nextafter(benjamini_hochberg_score(comm, scores, point.level, pair_count(point)),
                                      -std::numeric_limits<double>::infinity());
        break;
      }
    }
  }

  std::vector<EstimatedEdge> select(std::vector<ScoredPair> const& pairs) const {
    std::vector<EstimatedEdge> edges;
    if (fit_.selection == Selection::best_score) {
      auto const best = std::ranges::max_element(pairs, {}, &ScoredPair::score);  // the first of equals
      if (best != pairs.end()) edges.push_back(*best);
      return edges;
    }
    for (auto const& pair : pairs)
      if (accepts(pair)) edges.push_back(pair);
    return edges;
  }

 private:
  bool accepts(ScoredPair const& pair) const {
    if (fit_.selection == Selection::nonzero_weight) return pair.weight != 0;
    return by_weight_ ? pair.weight > above_weight_ : pair.score > above_score_;
  }
  Fit const& fit_;
  bool by_weight_ = false;
  double above_score_ = std::numeric_limits<double>::infinity();
  double above_weight_ = 0;
};

void refit_row(Refit const& refit, std::size_t row, std::int32_t self, Estimate& estimate) {
  auto& edges = estimate.edges[row];
  std::vector<std::int32_t> nodes;
  for (auto const& edge : edges) nodes.push_back(edge.source);
  auto const place = std::ranges::lower_bound(nodes, self) - nodes.begin();
  nodes.insert(nodes.begin() + place, self);
  auto const weights = refit(row, nodes);
  estimate.baselines[row] = weights[0];
  for (std::size_t k = 0, edge = 0; k < nodes.size(); ++k) {
    if (static_cast<std::ptrdiff_t>(k) == place)
      estimate.self_weights[row] = weights[k + 1];
    else
      edges[edge++].weight = weights[k + 1];
  }
}

}  // namespace

Estimate decide(Parameters const& point, Observation const& observation, Fit const& fit) {
  Rule const rule(point, observation.communicator(), fit);
  Estimate estimate{{}, fit.baselines, fit.self_weights};
  for (std::size_t row = 0; row < fit.pairs.size(); ++row) {
    estimate.edges.push_back(rule.select(fit.pairs[row]));
    if (fit.refit && point.refit)
      refit_row(*fit.refit, row,
                static_cast<std::int32_t>(observation.own().begin + static_cast<std::int64_t>(row)),
                estimate);
    if (fit.baselines_follow_edges)
      for (auto const& edge : estimate.edges[row])
        estimate.baselines[row] -=
            edge.weight * static_cast<double>(observation.count(edge.source)) / observation.horizon();
  }
  return estimate;
}

}  // namespace thresher::hawkes_network
