#pragma once

#include "study/ledger.hpp"

namespace thresher::results {

/// Tells on stderr what failed, why, and by which command each trial runs alone. On rank 0.
void report_failures(study::Study const& study, study::Ledger const& ledger);

/// Tells on stderr what a finished run lacks without having failed: how many trials did not converge, how
/// many points had all their trials and not the precision asked for. On rank 0.
void report_losses(study::Study const& study, study::Ledger const& ledger);

}  // namespace thresher::results
