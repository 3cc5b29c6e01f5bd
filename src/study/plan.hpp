#pragma once

#include "study/ledger.hpp"
#include "study/schedule.hpp"

namespace thresher::study {

/// Seconds per normal, flop and byte on this processor now (takes about a third of a second).
Rates calibrate();

/// Prints grid, trials, units, peak memory per rank, bytes of output and estimated time on `ranks` ranks.
/// Times a trial of each cost class where that takes less than ten seconds altogether. On rank 0, not
/// collective.
void print_plan(Study const& study, Ledger const& ledger, int ranks, double memory_per_rank);

}  // namespace thresher::study
