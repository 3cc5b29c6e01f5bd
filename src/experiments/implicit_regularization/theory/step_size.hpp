#pragma once

#include <span>

namespace thresher::implicit_regularization {

/// The coefficient of |grad L|^2 / 2 over eta / 2 that one step of gradient descent against the gradient flow
/// shows on least squares, exact given eigenvalues s of X^T X / n and the squares e of V^T grad L, summed
/// over the points where it was observed: (2 / eta) sum k s e / sum s^2 e with k = (exp(-eta s) - 1 + eta s)
/// / (eta s). About 1 - eta s / 3.
double step_size_ratio(double eta, std::span<double const> s, std::span<double const> e);

}  // namespace thresher::implicit_regularization
