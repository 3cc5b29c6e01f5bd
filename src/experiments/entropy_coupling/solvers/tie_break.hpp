#pragma once

#include "experiments/entropy_coupling/model/law.hpp"
#include "experiments/entropy_coupling/solvers/coupling.hpp"
#include "experiments/entropy_coupling/solvers/greedy_split.hpp"
#include "experiments/entropy_coupling/solvers/reading.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// What a search over the number of observations found.
struct SearchOutcome {
  /// H(X|Y_1..Y_m) in bits for m = 0, 1, .. as far as the search went (estimators with one trajectory).
  std::vector<double> trajectory;
  /// Smallest number of observations without uncertainty.
  std::optional<std::int64_t> zero_at;
  /// At the numbers of observations that were asked for.
  std::map<std::int64_t, Reading> readings;
};

/// Almost independent observations: all but the last `dependent` ones cut by intervals, the last ones
/// greedily. Every m has its own dependent steps on the shared prefix of independent cuts.
class TieBreakSearch {
 public:
  /// `first_possible` is a lower bound on the smallest m without uncertainty (nothing: none is possible),
  /// from where the search starts. `law` and `observations` must outlive the search.
  TieBreakSearch(Law const& law, std::span<Law const> observations, std::int64_t dependent,
                 std::int64_t refresh, std::optional<std::int64_t> first_possible,
                 std::set<std::int64_t> asked);

  /// Looks at one more number of observations. False when everything asked for is known.
  bool advance();
  SearchOutcome const& outcome() const { return outcome_; }

 private:
  Law const& observation(std::int64_t m) const { return observations_[static_cast<std::size_t>(m - 1)]; }

  Law const& law_;
  std::span<Law const> observations_;
  std::int64_t dependent_;
  std::optional<std::int64_t> first_possible_;
  std::set<std::int64_t> asked_;
  std::int64_t m_ = 0;
  MassCells prefix_;  // impure cells after the independent cuts
  MassCells cells_;   // impure cells of the coupling for m_
  GreedySplitter splitter_;
  Split step_;
  SearchOutcome outcome_;
};

/// The coupling that `TieBreakSearch` makes for all of `observations`.
Coupling<Mass> tie_break_coupling(Law const& law, std::span<Law const> observations, std::int64_t dependent,
                                  std::int64_t refresh);

}  // namespace thresher::entropy_coupling
