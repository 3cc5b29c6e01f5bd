#pragma once

#include "experiments/partial_order/data/trial_data.hpp"
#include "experiments/partial_order/model/metrics.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "study/team.hpp"

namespace thresher::partial_order {

/// Metrics of a trial that no estimate shapes: coverage, pair_coverage, ip_cov, and of the true order
/// relation_density and maximal_items. Collective; the same on all ranks.
void measure_trial(TrialData const& data, Sequences const& training, Parameters const& point,
                   study::Team& team, Metrics& metrics);

/// What the relaxation changes at the true U*: relaxation_gap, soft_hard_max, soft_hard_bound. Collective;
/// the same on all ranks.
void measure_relaxation(TrialData const& data, Sequences const& training, Parameters const& point,
                        study::Team& team, Metrics& metrics);

/// Whether the truth is a product order of known U* and lists follow its frontier.
bool measures_relaxation(Parameters const& point);
/// Whether pairs are counted one by one: ip_cov.
bool counts_pairs(Parameters const& point);

}  // namespace thresher::partial_order
