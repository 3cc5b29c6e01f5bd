#pragma once

#include "experiments/mixed_quality_lasso/data/user_data.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::mixed_quality_lasso {

/// Memory per rank and work of a trial on a team, from operation counts.
study::Cost data_cost(Parameters const& point, int ranks);
/// The same of the analysis, the data that it holds included.
study::Cost analysis_cost(Parameters const& point, int ranks);
/// Seconds that it takes, roughly.
double expected_seconds(study::Cost const& cost, int ranks);
/// Of either stage on the user's data.
study::Cost user_cost(UserShape const& shape, Parameters const& point, int ranks);

}  // namespace thresher::mixed_quality_lasso
