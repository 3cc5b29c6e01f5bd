#pragma once

namespace thresher::mixed_quality_lasso {

/// E (|Z| - x)_+^2 = 2 ((1 + x^2) Q(x) - x phi(x)), x >= 0: risk of soft thresholding pure noise at x.
/// Never inline: fused with a caller's operations it would change the last bits of the weights of trials.
double null_threshold_risk(double x);

}  // namespace thresher::mixed_quality_lasso
