#pragma once

#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::mixed_quality_lasso {

/// Sizes of a point on a team, from which memory and operations are counted.
struct Workload {
  Workload(Parameters const& point, int ranks);

  double n, p, s;
  int ranks;
  double rows_per_rank;     ///< of the rank that holds most
  double columns_per_rank;  ///< the same
};

inline constexpr double kBytesPerNumber = sizeof(double);

/// Memory per rank and work of the data stage, from operation counts.
study::Cost data_cost(Parameters const& point, int ranks);

}  // namespace thresher::mixed_quality_lasso
