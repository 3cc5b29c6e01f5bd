#pragma once

#include "experiments/partial_order/data/trial_data.hpp"
#include "experiments/partial_order/estimators/fit.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::partial_order {

/// log of the predictive density of each list: the mean hard likelihood over the draws, the law of strengths,
/// or the hard likelihood of `order`. Ranks share the lists; whole on all of them. Collective.
std::vector<double> log_predictive(Fit const& fit, Order const& order, Sequences const& lists,
                                   Parameters const& point, study::Team& team);

/// Metrics of held-out and clean lists: heldout_loglik, heldout_loglik_point, heldout_excess,
/// feasible_recall, infeasible_detect. `order` is the estimate. Collective; the same on all ranks.
void measure_lists(Fit const& fit, Order const& order, TrialData const& data, Parameters const& point,
                   study::Team& team, Metrics& metrics);

}  // namespace thresher::partial_order
