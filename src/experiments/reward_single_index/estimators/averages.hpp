#pragma once

#include "experiments/reward_single_index/estimators/method.hpp"

#include <vector>

namespace thresher::reward_single_index {

/// (1/n1) sum T(y_i) x_i of the point.
std::vector<double> mean_moment(FirstStageInput const& input);
/// Moments of the transform over all rows. Collective.
TransformMoments row_moments(FirstStageInput const& input);
/// A vector made a unit vector; one without a direction becomes the trial's random start.
std::vector<double> unit_vector(std::vector<double> v, FirstStageInput const& input);
/// The sign of v for which sum T(y_i) <v, x_i> >= 0.
void orient(std::vector<double>& v, std::vector<double> const& moment);

/// What the shared pass holds and does for a first stage, as part of its cost.
study::Cost average_cost(Parameters const& point, study::Resources const& resources);

}  // namespace thresher::reward_single_index
