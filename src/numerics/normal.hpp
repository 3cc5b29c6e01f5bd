#pragma once

namespace thresher::numerics {

/// log(2 pi) / 2: minus the logarithm of the standard normal density at 0.
inline constexpr double kHalfLogTwoPi = 0.91893853320467274178;

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

/// x with normal_cdf(x) = p, 0 < p < 1. Far in the upper tail ask for -normal_quantile(1 - p), where 1 - p is
/// known without rounding.
double normal_quantile(double p);

/// Laplace's continued fraction of the Mills ratio, Q(x)/phi(x) = 1/(x + 1/(x + 2/(x + 3/(x + ...)))), from
/// its level `first` on: first/(x + (first+1)/(x + ...)). `terms` levels are kept.
double mills_fraction(double x, int first, int terms);

}  // namespace thresher::numerics
