#pragma once

#include "study/ledger.hpp"

namespace thresher::study {

/// Tells on stderr what failed, why, and by which command each trial runs alone. On rank 0.
void report_failures(Study const& study, Ledger const& ledger);

}  // namespace thresher::study
