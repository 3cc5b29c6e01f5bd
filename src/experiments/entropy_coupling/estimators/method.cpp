#include "experiments/entropy_coupling/estimators/method.hpp"

#include "experiments/entropy_coupling/estimators/cost.hpp"

#include <array>

namespace thresher::entropy_coupling {

// Every row's object is made in a file of its name.
#define OBJECT(name) Method const& name##_method();
ENTROPY_COUPLING_ESTIMATORS(OBJECT)
#undef OBJECT

std::span<Method const* const> methods() {
#define ENTRY(name) &name##_method(),
  static std::array const table{ENTROPY_COUPLING_ESTIMATORS(ENTRY)};
#undef ENTRY
  return table;
}

std::vector<std::string> estimator_names() {
#define NAME(name) #name,
  return {ENTROPY_COUPLING_ESTIMATORS(NAME)};
#undef NAME
}

Method const& method_of(Parameters const& point) {
  return *methods()[static_cast<std::size_t>(point.estimator)];
}

std::span<Law const> observations_of(Marginals const& marginals, Parameters const& point) {
  return std::span(marginals.observations).first(static_cast<std::size_t>(point.m));
}

std::vector<double Metrics::*> Method::omits() const {
  if (finds_zero()) return {};
  return {&Metrics::m_zero, &Metrics::m_excess, &Metrics::m_excess_gen};
}

void Method::check(Parameters const& point, std::span<std::int64_t const>, study::Verdict& verdict) const {
  if (point.shards > 1) verdict.refuse("shards", "only list_greedy can be spread over shards; others take 1");
}

study::Cost Method::search_cost(Parameters const& point, int ranks) const {
  study::Cost cost{.bytes_per_rank = law_bytes(point)};
  add_search_cost(point, ranks, cost);
  return cost;
}

study::Cost Method::reading_cost(Parameters const& point) const {
  study::Cost cost{.bytes_per_rank = law_bytes(point) + 16 * symbol_count(point)};
  add_reading_cost(point, cost);
  return cost;
}

Solution SequentialMethod::solve(SearchResult const& search, Parameters const& point) const {
  auto const& outcome = search.outcome;
  if (outcome.zero_at && point.m >= *outcome.zero_at) return {Reading(), {}};
  auto const found = outcome.readings.find(point.m);
  if (found == outcome.readings.end()) return {};
  return {found->second, {}};
}

}  // namespace thresher::entropy_coupling
