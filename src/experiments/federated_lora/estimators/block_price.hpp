#pragma once

namespace thresher::federated_lora {

/// Price h of a residual block of Frobenius norm a: lambda a - lambda^2 tau / 2 from a = lambda tau on,
/// a^2 / (2 tau) below (the Huber function of the norm; lambda a at tau = 0).
struct BlockPrice {
  double lambda = 1;
  double tau = 0;

  double value(double a) const {
    return a >= lambda * tau ? lambda * a - lambda * lambda * tau / 2 : a * a / (2 * tau);
  }
  /// The proximal operator at penalty mu, argmin_R h(||R||_F) + mu/2 ||R - A||_F^2, is this multiple of A.
  double kept_fraction(double a, double mu) const {
    if (a <= lambda * (tau + 1 / mu)) return tau / (tau + 1 / mu);
    return 1 - lambda / (mu * a);
  }
};

}  // namespace thresher::federated_lora
