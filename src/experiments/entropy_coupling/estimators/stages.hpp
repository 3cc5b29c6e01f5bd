#pragma once

#include "experiments/entropy_coupling/data/data.hpp"
#include "experiments/entropy_coupling/model/parameters.hpp"
#include "experiments/entropy_coupling/solvers/codebook_search.hpp"
#include "experiments/entropy_coupling/solvers/tie_break.hpp"
#include "experiments/entropy_coupling/theory/bounds.hpp"
#include "study/experiment.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <span>

namespace thresher::entropy_coupling {

// Results of the stages. The team's rank 0 holds their contents, other ranks hold empty ones: everything is
// O(n), and what an estimator spreads it spreads itself. A result refers to those of the stages before it,
// which live longer.

struct DataResult : study::StageResult {
  Marginals marginals;
};

struct BoundsResult : study::StageResult {
  DataResult const* data = nullptr;
  Bounds bounds;
};

struct SearchResult : study::StageResult {
  BoundsResult const* bounds = nullptr;
  SearchOutcome outcome;
  Codebook codebook;  // where an artifact of it is wanted
  double seconds = 0;
};

/// Numbers of observations that the points ask for.
std::set<std::int64_t> asked_numbers(std::span<Parameters const> points);
/// Law of observation m (1, 2, ...) where it is held, else an empty one.
Law const& observation_or_nothing(Marginals const& marginals, std::int64_t m);

/// Draws P and Q_1..Q_{m_cap} for the largest m_cap of the points. Collective.
std::unique_ptr<DataResult> make_data(std::span<Parameters const> points, study::Team& team);

/// Bounds on H* for every m up to m_cap. Collective.
std::unique_ptr<BoundsResult> make_bounds(DataResult const& data, Parameters const& point, study::Team& team);

/// One search for all numbers of observations that the points ask for. Estimators without a trajectory have
/// nothing to do here. Collective.
std::unique_ptr<SearchResult> make_search(BoundsResult const& bounds, std::span<Parameters const> points,
                                          study::Team& team);

}  // namespace thresher::entropy_coupling
