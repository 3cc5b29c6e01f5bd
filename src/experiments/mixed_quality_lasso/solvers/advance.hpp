#pragma once

#include "prox/lasso.hpp"
#include "study/team.hpp"

#include <functional>

namespace thresher::mixed_quality_lasso {

/// Part of a LASSO solve that is done: digits that its duality gap has of those that `tolerance` asks for.
double part_solved(double relative_gap, double tolerance);

/// The question that a solver asks between passes: reports the part that is done and answers whether the run
/// wants to end. `team` must outlive it.
std::function<bool(double relative_gap)> asks_between_passes(study::Team& team, double tolerance);

}  // namespace thresher::mixed_quality_lasso
