#pragma once

namespace thresher::mixed_quality_lasso {

/// Standard normal density, distribution function and upper tail, and their logarithms. The logarithms keep
/// their relative accuracy in the far tails: sums of 1e12 of them, and log-probabilities below -1e300, are
/// meaningful.
double normal_density(double x);
double normal_cdf(double x);
double normal_upper_tail(double x);
double log_normal_cdf(double x);
double log_normal_upper_tail(double x);

/// log P(|Z| < x), x >= 0.
double log_normal_central(double x);

/// E (|Z| - x)_+^2 = 2 ((1 + x^2) Q(x) - x phi(x)), x >= 0: risk of soft thresholding pure noise at x.
double null_threshold_risk(double x);

}  // namespace thresher::mixed_quality_lasso
