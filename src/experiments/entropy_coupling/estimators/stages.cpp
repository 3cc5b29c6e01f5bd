#include "experiments/entropy_coupling/estimators/stages.hpp"

#include "experiments/entropy_coupling/estimators/method.hpp"
#include "study/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::entropy_coupling {

namespace {

// Fewer units than this leave a probability with hardly three digits.
constexpr Mass kFewUnits = 1000;

}  // namespace

std::set<std::int64_t> asked_numbers(std::span<Parameters const> points) {
  std::set<std::int64_t> asked;
  for (auto const& point : points) asked.insert(point.m);
  return asked;
}

Law const& observation_or_nothing(Marginals const& marginals, std::int64_t m) {
  static Law const nothing;
  return marginals.observations.empty() ? nothing : marginals.observations[static_cast<std::size_t>(m - 1)];
}

std::unique_ptr<DataResult> make_data(std::span<Parameters const> points, study::Team& team) {
  auto result = std::make_unique<DataResult>();
  auto const& point = points.front();
  std::int64_t m_cap = 0;
  for (auto const& other : points) m_cap = std::max(m_cap, other.m_cap);
  mpi::agree(team.communicator(), [&] {
    if (team.communicator().rank() != 0) return;
    auto& marginals = result->marginals;
    marginals.symbols = symbol_law(point, team);
    bool const one_law = point.q_kind == ObservationLaw::file
                             ? input_observations(*team.input()) == 1 && point.q_jitter == 0
                             : !point.q_hetero || !observation_law_is_random(point);
    for (std::int64_t i = 0; i < m_cap; ++i)
      marginals.observations.push_back(one_law && i > 0 ? marginals.observations.front()
                                                        : observation_law(point, i, team));
    if (marginals.symbols.smallest() < kFewUnits)
      team.warn(fmt::format("a probability of P has fewer than {} units of 2^-{}: raise mass_bits or p_floor",
                            kFewUnits, point.mass_bits));
  });
  return result;
}

std::unique_ptr<BoundsResult> make_bounds(DataResult const& data, Parameters const& point,
                                          study::Team& team) {
  auto result = std::make_unique<BoundsResult>();
  result->data = &data;
  mpi::agree(team.communicator(), [&] {
    if (team.communicator().rank() != 0) return;
    auto const observations =
        std::span(data.marginals.observations).first(static_cast<std::size_t>(point.m_cap));
    result->bounds = bound_entropy(data.marginals.symbols, observations);
  });
  return result;
}

std::unique_ptr<SearchResult> make_search(BoundsResult const& bounds, std::span<Parameters const> points,
                                          study::Team& team) {
  auto result = std::make_unique<SearchResult>();
  result->bounds = &bounds;
  study::Stopwatch const watch;
  method_of(points.front()).search(bounds, points, team, *result);
  result->seconds = watch.seconds();
  return result;
}

}  // namespace thresher::entropy_coupling
