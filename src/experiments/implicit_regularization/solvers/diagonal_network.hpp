#pragma once

#include "experiments/implicit_regularization/solvers/stages.hpp"

namespace thresher::implicit_regularization {

/// Gradient descent of beta = u.*u - v.*v from u = v = alpha on least squares, with the step e = eta / (s_max
/// (8 alpha^2 + 4 max |beta*|)): u <- u.*(1 - 2 e g), v <- v.*(1 + 2 e g), until |g| < grad_tol |X^T y/n| or
/// after `steps`. Its deviation is the accumulated negative gradient, -sum e g. One rank computes. Throws
/// std::runtime_error where a factor is not positive. Collective.
Endpoint diagonal_endpoint(Parameters const& point, TrialData const& data, study::Team& team);

}  // namespace thresher::implicit_regularization
