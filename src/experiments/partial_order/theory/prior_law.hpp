#pragma once

#include <cstdint>

/// What is known of the product order of latent utilities with N(0, (1 - rho) I + rho 11^T) rows.
namespace thresher::partial_order {

/// P(i precedes j) = int phi(x) Phi(sqrt(rho / (1 - rho)) x)^K dx for K coordinates, rho in [0, 1).
double relation_density(std::int64_t dimension, double rho);

/// Expected number of items that nothing precedes among n, rho = 0: the mean number of maxima of n points in
/// a cube, mu(n, K) = mu(n - 1, K) + mu(n, K - 1) / n. In time n K.
double expected_maximal_items(std::int64_t items, std::int64_t dimension);

}  // namespace thresher::partial_order
