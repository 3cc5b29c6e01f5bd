#pragma once

#include <functional>

namespace thresher::numerics {

/// Average of f over the Marchenko-Pastur law of C = X^T X / n for Sigma = I, gamma = n / d, the atom at 0
/// included: midpoint rule in the angle, which puts no node on an edge (error 4e-9 for a square root at gamma
/// = 1).
double marchenko_pastur_average(double gamma, std::function<double(double)> const& f);

/// <sqrt x> in closed form: sqrt(min(gamma, 1)) 2F1(-1/2, 1/2; 2; min(gamma, 1/gamma)), by complete elliptic
/// integrals.
double marchenko_pastur_mean_root(double gamma);

}  // namespace thresher::numerics
