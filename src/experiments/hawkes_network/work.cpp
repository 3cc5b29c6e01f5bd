#include "experiments/hawkes_network/work.hpp"

#include "experiments/hawkes_network/data/simulation.hpp"
#include "experiments/hawkes_network/estimators/method.hpp"
#include "experiments/hawkes_network/model/setting.hpp"
#include "experiments/hawkes_network/model/user_facts.hpp"

#include <cmath>

namespace thresher::hawkes_network {

namespace {

/// What an event costs, in normals of the block generator: its children and the sort.
constexpr double kNormalsPerEvent = 30;
/// What a comparison of two words costs, in flops of a matrix product.
constexpr double kFlopsPerWord = 5;

/// Events that are seen up to a horizon.
double seen_events(Parameters const& point) {
  double const horizon_ = horizon(point);
  if (point.input != nullptr)
    return static_cast<double>(point.input->events) * std::min(1.0, horizon_ / point.input->horizon);
  auto const rates = local_rates(point);
  double const targets = static_cast<double>(target_count(point));
  return horizon_ * (targets * rates.target + (static_cast<double>(point.d) - targets) * rates.source);
}

double own_part(double events, int ranks) {
  return events / ranks * 1.05;
}

double network_bytes(Parameters const& point) {
  double const edges = static_cast<double>(point.s) * static_cast<double>(target_count(point));
  return edges * 60 + static_cast<double>(point.d) * 48;
}

/// What stays of the data.
double held_bytes(Parameters const& point, int ranks) {
  return network_bytes(point) + own_part(seen_events(point), ranks) * sizeof(double);
}

}  // namespace

study::Cost data_cost(Parameters const& point, int ranks) {
  double const events = seen_events(point);
  if (point.input != nullptr)
    return {.bytes_per_rank = held_bytes(point, ranks) + 16e6, .bytes_streamed = 8 * events};
  double const simulated = events * (1 + burn_in(point) / horizon(point));
  return {.bytes_per_rank = network_bytes(point) + simulation_bytes(own_part(events, ranks)),
          .normals = kNormalsPerEvent * simulated};
}

study::Cost screening_cost(Parameters const& point, int ranks) {
  study::Cost cost{.bytes_per_rank = held_bytes(point, ranks)};
  if (method_of(point.method).screening_need() == ScreeningNeed::nothing) return cost;
  double const correlations =
      method_of(point.method).screening_need() == ScreeningNeed::all_correlations
          ? 8 * static_cast<double>(point.d) * std::ceil(static_cast<double>(point.d) / ranks)
          : 0;
  cost.bytes_per_rank += screening_bytes(point, ranks) + correlations;
  cost.flops = kFlopsPerWord * screening_words(point);
  return cost;
}

study::Cost fit_cost(Parameters const& point, int ranks) {
  auto const work = method_of(point.method).work(point, seen_events(point), ranks);
  double const before = method_of(point.method).screening_need() == ScreeningNeed::nothing
                            ? held_bytes(point, ranks)
                            : screening_cost(point, ranks).bytes_per_rank;
  return {.bytes_per_rank = before + work.bytes_per_rank, .flops = work.flops};
}

study::Cost decision_cost(Parameters const& point, int ranks) {
  auto cost = fit_cost(point, ranks);
  double const edges = static_cast<double>(point.s) * static_cast<double>(target_count(point));
  cost.bytes_per_rank += 40 * edges;
  cost.flops = 1000 * static_cast<double>(point.d);
  return cost;
}

}  // namespace thresher::hawkes_network
