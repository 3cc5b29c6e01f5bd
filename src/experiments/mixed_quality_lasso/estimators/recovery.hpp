#pragma once

#include "experiments/mixed_quality_lasso/model/metrics.hpp"
#include "prox/lasso.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>

namespace thresher::mixed_quality_lasso {

/// Signs, support and error of an estimate against the truth: sign_recovery to linf_error. `delta` is the
/// tolerated fraction of errors of partial_recovery.
void measure_recovery(std::span<std::int64_t const> support, std::span<double const> truth, double rho,
                      double delta, prox::SparseVector const& estimate, Metrics& metrics);

/// Leaves the artifact `betahat`, where it is wanted: rows (index, value).
void store_coefficients(study::Team& team, prox::SparseVector const& estimate);

}  // namespace thresher::mixed_quality_lasso
