#pragma once

#include "study/ledger.hpp"

namespace thresher::engine {

using namespace study;

/// Prints grid, trials, units, peak memory per rank, bytes of output and estimated time on `ranks` ranks.
/// Times a trial of each cost class where that takes less than ten seconds altogether. On rank 0, not
/// collective.
void print_plan(Study const& study, Ledger const& ledger, int ranks, double memory_per_rank);

}  // namespace thresher::engine
