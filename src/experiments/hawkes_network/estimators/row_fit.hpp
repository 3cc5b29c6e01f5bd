#pragma once

#include "experiments/hawkes_network/estimators/fit.hpp"
#include "experiments/hawkes_network/estimators/row_moments.hpp"

#include <vector>

namespace thresher::hawkes_network {

/// What regression coefficients are worth: rate = intercept * baseline, branching ratio = coefficient *
/// weight.
struct RegressionUnits {
  double baseline = 1;
  double weight = 1;
};

/// Solves the regressions of the own nodes, and keeps their moments for refits.
Fit fit_rows(mpi::Range own, std::vector<RowRegression> rows, RegressionUnits units);

}  // namespace thresher::hawkes_network
