#pragma once

#include "experiments/mixed_quality_lasso/data/workload.hpp"

namespace thresher::mixed_quality_lasso {

// What several estimators spend, counted in operations.

/// Passes over X, with what each of them costs; X itself where it is kept.
void add_passes(Parameters const& point, Workload const& work, double passes, study::Cost& cost);

/// The witness, `steps` times on each of `draws` data sets.
void add_witness(Workload const& work, double draws, double steps, study::Cost& cost);

/// Full passes that a solve by working sets takes, as measured.
inline constexpr double kPasses = 8;

/// Columns in the working set of a LASSO.
double working_set_size(Workload const& work);
/// Bytes of `columns` columns, rows over the ranks, and of their Gram matrix with its factor.
double working_set_bytes(double columns, double rows_per_rank, int ranks);

}  // namespace thresher::mixed_quality_lasso
