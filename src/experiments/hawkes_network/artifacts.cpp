#include "experiments/hawkes_network/artifacts.hpp"

#include "mpi/exchange.hpp"
#include "numerics/normal.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace thresher::hawkes_network {

namespace {

/// A table whose rows are spread over the ranks.
class Table {
 public:
  Table(std::string name, std::int64_t columns) : name_(std::move(name)), columns_(columns) {}
  void add(std::initializer_list<double> row) { values_.insert(values_.end(), row); }

  /// Collective.
  void store(study::Team& team) const {
    auto const own = static_cast<std::int64_t>(values_.size()) / columns_;
    auto const counts = mpi::gather_counts(team.communicator(), own);
    mpi::Range rows;
    for (int rank = 0; rank < team.communicator().rank(); ++rank)
      rows.begin += counts[static_cast<std::size_t>(rank)];
    rows.end = rows.begin + own;
    std::int64_t total = 0;
    for (auto const count : counts) total += count;
    team.store_distributed(name_, {total, columns_}, rows, values_);
  }

 private:
  std::string name_;
  std::int64_t columns_;
  std::vector<double> values_;
};

void store_truth(Network const& truth, mpi::Range own, study::Team& team) {
  Table table("network_true", 3);
  for (auto i = own.begin; i < own.end; ++i) {
    auto const parents = truth.parents(i);
    auto const weights = truth.parent_weights(i);
    for (std::size_t r = 0; r < parents.size(); ++r)
      table.add({static_cast<double>(i), static_cast<double>(parents[r]), weights[r]});
  }
  table.store(team);
}

/// Screening statistic of a pair that was scored; NaN where the method does not screen.
double correlation_of(Screening const& screening, std::size_t row, std::int32_t source, std::int64_t nodes) {
  if (!screening.correlations.empty())
    return screening.correlations[row * static_cast<std::size_t>(nodes) + static_cast<std::size_t>(source)];
  if (row < screening.candidates.size()) {
    auto const& candidates = screening.candidates[row];
    auto const found = std::ranges::lower_bound(candidates, source, {}, &Candidate::source);
    if (found != candidates.end() && found->source == source) return found->correlation;
  }
  return study::kUndefined;
}

ScoredPair const& pair_of(std::vector<ScoredPair> const& pairs, std::int32_t source) {
  return *std::ranges::lower_bound(pairs, source, {}, &ScoredPair::source);
}

class Intervals {
 public:
  explicit Intervals(double level) : half_(-numerics::normal_quantile(level / 2)) {}
  double lower(ScoredPair const& pair) const { return at(pair, -half_); }
  double upper(ScoredPair const& pair) const { return at(pair, half_); }

 private:
  static double at(ScoredPair const& pair, double deviations) {
    return pair.error > 0 ? pair.weight + deviations * pair.error : study::kUndefined;
  }
  double half_;
};

void store_estimate(FittedNetwork const& fitted, Estimate const& estimate, Intervals const& intervals,
                    study::Team& team) {
  auto const& observation = fitted.screened.observation;
  Table table("network_estimated", 7);
  for (std::size_t row = 0; row < estimate.edges.size(); ++row)
    for (auto const& edge : estimate.edges[row]) {
      auto const& pair = pair_of(fitted.fit.pairs[row], edge.source);
      table.add({static_cast<double>(observation.own().begin) + static_cast<double>(row),
                 static_cast<double>(edge.source), edge.weight, edge.score, intervals.lower(pair),
                 intervals.upper(pair),
                 correlation_of(fitted.screening, row, edge.source, observation.nodes())});
    }
  table.store(team);
}

void store_candidates(FittedNetwork const& fitted, Intervals const& intervals, study::Team& team) {
  auto const& observation = fitted.screened.observation;
  Table table("candidates", 7);
  for (std::size_t row = 0; row < fitted.fit.pairs.size(); ++row)
    for (auto const& pair : fitted.fit.pairs[row])
      table.add({static_cast<double>(observation.own().begin) + static_cast<double>(row),
                 static_cast<double>(pair.source), pair.weight, pair.score, intervals.lower(pair),
                 intervals.upper(pair),
                 correlation_of(fitted.screening, row, pair.source, observation.nodes())});
  table.store(team);
}

void store_rates(Observation const& observation, Estimate const& estimate, study::Team& team) {
  Table table("rates", 3);
  for (std::size_t row = 0; row < estimate.baselines.size(); ++row)
    table.add(
        {static_cast<double>(observation.count(observation.own().begin + static_cast<std::int64_t>(row))) /
             observation.horizon(),
         estimate.baselines[row], estimate.self_weights[row]});
  table.store(team);
}

void store_histogram(CorrelationHistogram const& histogram, study::Team& team) {
  study::Artifact artifact{
      "correlation_histogram", {3, static_cast<std::int64_t>(CorrelationHistogram::kCells)}, {}};
  for (auto const& counts : histogram.counts)
    artifact.values.insert(artifact.values.end(), counts.begin(), counts.end());
  team.store(std::move(artifact));
}

void store_events(Observation const& observation, study::Team& team) {
  Table table("events", 2);
  for (auto node = observation.own().begin; node < observation.own().end; ++node)
    for (double const time : observation.of(node)) table.add({static_cast<double>(node), time});
  table.store(team);
}

}  // namespace

void store_artifacts(FittedNetwork const& fitted, Estimate const& estimate, Parameters const& point,
                     study::Team& team) {
  auto const& screened = fitted.screened;
  Intervals const intervals(point.level);
  if (screened.data.truth && team.wants("network_true"))
    store_truth(*screened.data.truth, screened.observation.own(), team);
  if (team.wants("network_estimated")) store_estimate(fitted, estimate, intervals, team);
  if (fitted.fit.screened && team.wants("candidates")) store_candidates(fitted, intervals, team);
  if (team.wants("rates")) store_rates(screened.observation, estimate, team);
  if (fitted.screening.histogram) store_histogram(*fitted.screening.histogram, team);
  // The user has his own events already: a copy of them would be the largest thing in memory.
  if (point.input == nullptr && team.wants("events")) store_events(screened.observation, team);
}

}  // namespace thresher::hawkes_network
