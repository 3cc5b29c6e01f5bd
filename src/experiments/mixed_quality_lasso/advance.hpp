#pragma once

#include "prox/lasso.hpp"
#include "study/team.hpp"

#include <functional>

namespace thresher::mixed_quality_lasso {

/// Tells how far a long stage has come (0..1) and drops the trial, by study::Interrupted, where the run wants
/// to end. Collective.
void advance(study::Team& team, double part);

/// Part of a LASSO solve that is done: digits that its duality gap has of those that `tolerance` asks for.
double part_solved(double relative_gap, double tolerance);

/// The question that a solver asks between passes: reports the part that is done and answers whether the run
/// wants to end, in which case `advance` drops the trial afterwards. `team` must outlive it.
std::function<bool(double relative_gap)> asks_between_passes(study::Team& team, double tolerance);

}  // namespace thresher::mixed_quality_lasso
