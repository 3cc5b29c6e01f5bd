#include "experiments/entropy_coupling/estimators/stages.hpp"

#include "experiments/entropy_coupling/estimators/greedy_coupling.hpp"
#include "experiments/entropy_coupling/estimators/interval_algorithm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

namespace thresher::entropy_coupling {

namespace {

// Fewer units than this leave a probability with hardly three digits.
constexpr Mass kFewUnits = 1000;

std::set<std::int64_t> asked_numbers(std::span<Parameters const> points) {
  std::set<std::int64_t> asked;
  for (auto const& point : points) asked.insert(point.m);
  return asked;
}

Law const& observation_or_nothing(Marginals const& marginals, std::int64_t m) {
  static Law const nothing;
  return marginals.observations.empty() ? nothing : marginals.observations[static_cast<std::size_t>(m - 1)];
}

SearchOutcome search_list_greedy(Marginals const& marginals, std::span<Parameters const> points,
                                 study::Team& team) {
  auto const& point = points.front();
  auto const& comm = team.communicator();
  auto const asked = asked_numbers(points);
  auto const symbols = mpi::broadcast_value(comm, marginals.symbols.size());
  auto const total = Mass{1} << point.mass_bits;
  SearchOutcome outcome;
  GreedyCoupling coupling(comm, whole_law(marginals.symbols), point.refresh, point.shards,
                          Detail::impure_cells);
  outcome.trajectory.push_back(coupling.entropy() / static_cast<double>(total));
  for (std::int64_t m = 0;; ++m) {
    if (coupling.cells() == 0) {
      outcome.zero_at = m;
      break;
    }
    if (m == point.m_cap) break;
    if (team.stopping()) throw study::Interrupted();
    coupling.observe(observation_or_nothing(marginals, m + 1).masses);
    outcome.trajectory.push_back(coupling.entropy() / static_cast<double>(total));
    if (asked.contains(m + 1))
      outcome.readings[m + 1] = read_cells(comm, coupling.local_cells(), coupling.entropy(), total, symbols);
  }
  return outcome;
}

SearchOutcome search_independent(Marginals const& marginals, std::span<Parameters const> points,
                                 study::Team& team) {
  auto const asked = asked_numbers(points);
  SearchOutcome outcome;
  IntervalAlgorithm algorithm(team.communicator(), marginals.symbols);
  outcome.trajectory.push_back(algorithm.h_bits());
  for (std::int64_t m = 0;; ++m) {
    if (algorithm.pure()) {
      outcome.zero_at = m;
      break;
    }
    if (m == points.front().m_cap) break;
    if (team.stopping()) throw study::Interrupted();
    algorithm.observe(observation_or_nothing(marginals, m + 1));
    outcome.trajectory.push_back(algorithm.h_bits());
    if (asked.contains(m + 1)) outcome.readings[m + 1] = algorithm.read();
  }
  return outcome;
}

/// Rank 0 searches; the others wait for its steps, so that all of them see the run stop.
SearchOutcome search_tie_break(BoundsResult const& bounds, std::span<Parameters const> points,
                               study::Team& team) {
  auto const& comm = team.communicator();
  auto const& point = points.front();
  auto const& marginals = bounds.data->marginals;
  std::optional<TieBreakSearch> search;
  if (comm.rank() == 0)
    search.emplace(marginals.symbols,
                   std::span(marginals.observations).first(static_cast<std::size_t>(point.m_cap)),
                   point.dep_last, point.refresh, bounds.bounds.m_lb, asked_numbers(points));
  bool more = true;
  while (more) {
    if (team.stopping()) throw study::Interrupted();
    mpi::agree(comm, [&] { more = search && search->advance(); });
    more = mpi::broadcast_value(comm, more);
  }
  return search ? search->outcome() : SearchOutcome();
}

}  // namespace

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
  auto const& point = points.front();
  auto const& marginals = bounds.data->marginals;
  auto result = std::make_unique<SearchResult>();
  result->bounds = &bounds;
  bool const root = team.communicator().rank() == 0;
  auto const m_cap = root ? static_cast<std::size_t>(point.m_cap) : 0;
  auto const observations = std::span(marginals.observations).first(m_cap);
  auto const start = std::chrono::steady_clock::now();
  switch (point.estimator) {
    case Estimator::list_greedy:
      result->outcome = search_list_greedy(marginals, points, team);
      break;
    case Estimator::independent:
      result->outcome = search_independent(marginals, points, team);
      break;
    case Estimator::tie_break:
      result->outcome = search_tie_break(bounds, points, team);
      break;
    case Estimator::codebook: {
      bool const wanted =
          team.wants("code") || team.wants("owner") || team.wants("mass") || team.wants("beta");
      auto found = search_codebook(
          team, marginals.symbols, observations, bounds.bounds.m_lb, {point.cb_ratio_max, point.cb_tries},
          mpi::broadcast_value(team.communicator(), wanted) ? Keep::codebook : Keep::verdict);
      result->outcome.zero_at = found.zero_at;
      result->codebook = std::move(found.codebook);
      break;
    }
    case Estimator::independent_greedy:
    case Estimator::joint_mec:
    case Estimator::exact:
      break;
  }
  result->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace thresher::entropy_coupling
