#pragma once

#include "experiments/partial_order/estimators/fit.hpp"
#include "experiments/partial_order/solvers/draw_summary.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>

namespace thresher::partial_order {

/// Fills scores, mixture and chains of a fit from the draws of chains that consecutive ranks have made, each
/// of `samples` draws: `mine` are those of this rank, in order. Collective.
void pool_draws(DrawSummary const& mine, std::int64_t items, std::int64_t chains, std::int64_t samples,
                mpi::Communicator const& comm, Fit& fit);

}  // namespace thresher::partial_order
