#pragma once

#include "experiments/linear_generative/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::linear_generative {

/// Bytes that the busiest rank of a team holds besides the rows of X: panels, bases, decompositions,
/// networks, the reference population of user images.
double bytes_besides_rows(Parameters const& point, int ranks);

/// Cost of a stage (0 data, 1 decomposition, 2 sampling) of one trial on a team.
study::Cost stage_cost(std::size_t stage, Parameters const& point, int ranks);

}  // namespace thresher::linear_generative
