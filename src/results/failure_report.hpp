#pragma once

#include "study/ledger.hpp"

namespace thresher::results {

/// Tells on stderr what failed, why, and by which command each trial runs alone. On rank 0.
void report_failures(study::Study const& study, study::Ledger const& ledger);

}  // namespace thresher::results
