#pragma once

#include "experiments/mixed_quality_lasso/data/user_data.hpp"
#include "experiments/mixed_quality_lasso/model/metrics.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "study/experiment.hpp"
#include "study/kept_work.hpp"

namespace thresher::mixed_quality_lasso {

/// LASSO path of the user's data; the reported point is the one that an information criterion prefers. Fills
/// fit_*, lambda_best, iterations, and the recovery metrics where the truth is given. Leaves the artifacts
/// path, betahat, blocks and column_scaling. Collective.
study::Outcome run_user_path(UserData const& data, Parameters const& point, study::Length length,
                             study::Team& team, Metrics& metrics);

/// Memory per rank and work of it, and of reading the data.
study::Cost user_cost(UserShape const& shape, Parameters const& point, int ranks);

}  // namespace thresher::mixed_quality_lasso
