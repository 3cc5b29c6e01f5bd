#include "experiments/entropy_coupling/solvers/tie_break.hpp"

#include "experiments/entropy_coupling/solvers/greedy_split.hpp"
#include "experiments/entropy_coupling/solvers/interval_cut.hpp"

#include <algorithm>
#include <utility>

namespace thresher::entropy_coupling {

TieBreakSearch::TieBreakSearch(Law const& law, std::span<Law const> observations, std::int64_t dependent,
                               std::int64_t refresh, std::optional<std::int64_t> first_possible,
                               std::set<std::int64_t> asked)
    : law_(law),
      observations_(observations),
      dependent_(dependent),
      first_possible_(first_possible),
      asked_(std::move(asked)),
      prefix_(whole_law_in_natural_order(law)),
      splitter_(refresh, Detail::impure_cells) {
  if (prefix_.empty()) outcome_.zero_at = 0;
}

bool TieBreakSearch::advance() {
  bool const searching = !outcome_.zero_at && first_possible_;
  bool const asking = !asked_.empty() && m_ < *asked_.rbegin();
  if (m_ == std::ssize(observations_) || !(searching || asking)) return false;
  ++m_;
  std::int64_t const independent = std::max<std::int64_t>(0, m_ - dependent_);
  if (independent > 0 && !prefix_.empty()) {
    cut_by_intervals(prefix_, observation(independent), Detail::impure_cells, step_);
    std::swap(prefix_, step_.cells);
  }
  bool const wanted = asked_.contains(m_) || (searching && m_ >= *first_possible_);
  if (independent > 0 && !wanted) return true;
  // While every observation is dependent the coupling for m continues that for m - 1.
  std::int64_t next = m_;
  if (independent > 0 || m_ == 1) {
    cells_ = sorted_cells(prefix_);
    next = independent + 1;
  }
  double entropy = conditional_entropy(cells_);
  for (; next <= m_ && !cells_.empty(); ++next) {
    splitter_.split(cells_, conditional_entropy(cells_), observation(next).masses, step_);
    std::swap(cells_, step_.cells);
    entropy = step_.entropy;
  }
  if (cells_.empty() && !outcome_.zero_at) outcome_.zero_at = m_;
  if (asked_.contains(m_))
    outcome_.readings[m_] = read_cells(cells_, entropy, static_cast<double>(law_.total), law_.size());
  return true;
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
      splitter.split(cells, conditional_entropy(cells), observation.masses, step);
    recorder.observe(step);
    std::swap(cells, step.cells);
  }
  return recorder.finish(cells);
}

}  // namespace thresher::entropy_coupling
