#include "experiments/entropy_coupling/tie_break.hpp"

#include "experiments/entropy_coupling/greedy_split.hpp"
#include "experiments/entropy_coupling/interval_cut.hpp"

#include <algorithm>
#include <utility>

namespace thresher::entropy_coupling {

SearchOutcome search_tie_break(Law const& law, std::span<Law const> observations, std::int64_t dependent,
                               std::int64_t refresh, std::optional<std::int64_t> first_possible,
                               std::set<std::int64_t> const& asked) {
  SearchOutcome outcome;
  auto const total = static_cast<double>(law.total);
  std::int64_t const last_asked = asked.empty() ? 0 : *asked.rbegin();
  MassCells prefix = whole_law_in_natural_order(law);
  if (prefix.empty()) outcome.zero_at = 0;
  GreedySplitter splitter(refresh, Detail::impure_cells);
  Split cut;
  Split step;
  MassCells cells;  // of the coupling for m
  auto const of = [&](std::int64_t m) -> Law const& { return observations[static_cast<std::size_t>(m - 1)]; };
  for (std::int64_t m = 1; m <= std::ssize(observations); ++m) {
    bool const searching = !outcome.zero_at && first_possible;
    if (!searching && m > last_asked) break;
    std::int64_t const independent = std::max<std::int64_t>(0, m - dependent);
    if (independent > 0 && !prefix.empty()) {
      cut_by_intervals(prefix, of(independent), Detail::impure_cells, cut);
      std::swap(prefix, cut.cells);
    }
    bool const wanted = asked.contains(m) || (searching && m >= *first_possible);
    if (independent > 0 && !wanted) continue;
    // While every observation is dependent the coupling for m continues that for m - 1.
    std::int64_t next = m;
    if (independent > 0 || m == 1) {
      cells = sorted_cells(prefix);
      next = independent + 1;
    }
    double entropy = conditional_entropy(cells);
    for (; next <= m && !cells.empty(); ++next) {
      splitter.split(cells, of(next).masses, step);
      std::swap(cells, step.cells);
      entropy = step.entropy;
    }
    if (cells.empty() && !outcome.zero_at) outcome.zero_at = m;
    if (asked.contains(m)) outcome.readings[m] = read_cells(cells, entropy, total, law.size());
  }
  return outcome;
}

Coupling<Mass> tie_break_coupling(Law const& law, std::span<Law const> observations, std::int64_t dependent,
                                  std::int64_t refresh) {
  CouplingRecorder recorder(law, observations.size());
  MassCells cells = whole_law_in_natural_order(law);
  GreedySplitter splitter(refresh, Detail::coupling);
  Split step;
  std::int64_t const independent = std::max<std::int64_t>(0, std::ssize(observations) - dependent);
  for (std::int64_t m = 1; m <= std::ssize(observations); ++m) {
    Law const& observation = observations[static_cast<std::size_t>(m - 1)];
    if (m == independent + 1) cells = sorted_cells(cells);
    if (cells.empty()) {
      recorder.observe_pure(observation.masses);
      continue;
    }
    if (m <= independent)
      cut_by_intervals(cells, observation, Detail::coupling, step);
    else
      splitter.split(cells, observation.masses, step);
    recorder.observe(step);
    std::swap(cells, step.cells);
  }
  return recorder.finish(cells);
}

}  // namespace thresher::entropy_coupling
