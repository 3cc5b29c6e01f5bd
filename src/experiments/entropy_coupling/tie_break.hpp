#pragma once

#include "experiments/entropy_coupling/coupling.hpp"
#include "experiments/entropy_coupling/law.hpp"
#include "experiments/entropy_coupling/reading.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>

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
/// greedily. Every m has its own dependent steps on the shared prefix of independent cuts. `first_possible`
/// is a lower bound on the smallest m without uncertainty (nothing: none is possible), from where the search
/// starts.
SearchOutcome search_tie_break(Law const& law, std::span<Law const> observations, std::int64_t dependent,
                               std::int64_t refresh, std::optional<std::int64_t> first_possible,
                               std::set<std::int64_t> const& asked);

/// The coupling that `search_tie_break` makes for all of `observations`.
Coupling<Mass> tie_break_coupling(Law const& law, std::span<Law const> observations, std::int64_t dependent,
                                  std::int64_t refresh);

}  // namespace thresher::entropy_coupling
