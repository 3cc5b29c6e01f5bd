#pragma once

#include "experiments/linear_generative/model/population_spectrum.hpp"

#include <functional>
#include <span>
#include <vector>

namespace thresher::linear_generative {

/// Eigenvalues s_i of the deterministic equivalent of E (C + ridge)^{1/2}, one per level, for n examples (a
/// real number: the planner inverts in it). The square root is an integral over resolvents, and each
/// resolvent has its equivalent (Wang, Zavatone-Veth and Pehlevan 2026, arXiv 2602.02908); integrated over
/// kappa instead of tau, on a logarithmic grid around the mean eigenvalue.
std::vector<double> equivalent_roots(std::span<Level const> levels, double n, double ridge);

/// q = sum_i s_i^2 / (tr Sigma + ridge d): convergence_trace at finite d and n.
double equivalent_convergence(std::span<Level const> levels, double n, double ridge);
/// sum_i s_i / d.
double equivalent_root_trace(std::span<Level const> levels, double n, double ridge);
/// W2^2(N(0, Sigma), N(0, C)) / d for ridge 0: (2 tr Sigma - 2 sum_i s_i[Sigma^2]) / d.
double equivalent_bulk_distance(std::span<Level const> levels, double n);

/// Number of examples at which `equivalent_convergence` crosses `level`: NaN when it lies above already at
/// n = 1, or not yet at 1e9.
double examples_for_convergence(std::span<Level const> levels, double ridge, double level);

/// kappa_0, the root of tau(kappa) = kappa (1 - (1/n) sum_i sigma_i / (sigma_i + kappa)) = ridge.
double resolvent_root(std::span<Level const> levels, double n, double ridge);

}  // namespace thresher::linear_generative
