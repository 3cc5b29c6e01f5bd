#pragma once

#include <cmath>

namespace thresher::implicit_regularization {

/// Gradient descent on least squares from 0, stopped after some steps, seen along an eigenvector of the Gram
/// matrix with eigenvalue s >= 0: only through expm1 and log1p where eta s < 1, so that neither few steps nor
/// many lose digits.
struct StoppedDescent {
  double eta = 0;
  double steps = 0;

  /// (1 - eta s)^t.
  double remainder(double s) const {
    return eta * s < 1 ? std::exp(log_remainder(s)) : std::pow(1 - eta * s, steps);
  }
  /// a = 1 - (1 - eta s)^t, the part of the least-squares solution that is reached.
  double shrinkage(double s) const { return eta * s < 1 ? -std::expm1(log_remainder(s)) : 1 - remainder(s); }
  /// a / s, which takes X^T y / n to the weights; eta t at s = 0.
  double filter(double s) const { return s > 0 ? shrinkage(s) / s : eta * steps; }
  /// The eigenvalue s / ((1 - eta s)^-t - 1) of the matrix Lambda_t for which the stopped weights minimise
  /// L + theta^T Lambda_t theta / 2 (Ali, Kolter and Tibshirani 2019); 1 / (eta t) at s = 0. For eta s < 1.
  double penalty(double s) const { return s > 0 ? s / std::expm1(-log_remainder(s)) : 1 / (eta * steps); }

 private:
  double log_remainder(double s) const { return steps * std::log1p(-eta * s); }
};

}  // namespace thresher::implicit_regularization
