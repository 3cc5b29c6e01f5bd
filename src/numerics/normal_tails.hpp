#pragma once

#include <span>

namespace thresher::numerics {

/// Functions of many arguments at once, in place and in vectors. Relative errors are below 1e-13, also in the
/// far tails, where a logarithm reaches -1e300 (of `log_normal_centrals` below 1e-12 for x above 1e-4).

/// x -> log P(Z > x), for any real x.
void log_normal_upper_tails(std::span<double> values);

/// x -> log P(|Z| < x), for x >= 0; -infinity at 0.
void log_normal_centrals(std::span<double> values);

/// x -> exp(log_weight) P(Z > x), for any real x. Exponents below -700 count as -infinity, above 700 as 700.
void weighted_normal_upper_tails(std::span<double> values, std::span<double const> log_weights);

/// x -> exp(x), with the same ends.
void exponentials(std::span<double> values);

}  // namespace thresher::numerics
