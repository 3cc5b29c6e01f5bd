#pragma once

namespace thresher::numerics {

/// log C(n, k) for integers 0 <= k <= n, to relative accuracy of about 1e-14 at any size (n to 1e15): a
/// difference of lgamma would lose it all at n = 1e12.
double log_binomial(double n, double k);

}  // namespace thresher::numerics
