#pragma once

#include "experiments/implicit_regularization/estimators/observed.hpp"

#include <array>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Standard errors by Candidate, NaN where a candidate is not fitted.
struct CoefficientErrors {
  std::array<double, kCandidates> single;
  std::array<double, kCandidates> joint;
};

/// Standard errors of the coefficients from what is observed when one part of the rows after the other is
/// left out (jackknife): `without_part[p]` has the deviation and the stored columns of every block without
/// part p. The exponent of `power` stays the one of all rows. Collective.
CoefficientErrors jackknife_errors(Observed const& observed, Fits const& fits,
                                   std::span<std::vector<DeviationBlock> const> without_part);

}  // namespace thresher::implicit_regularization
