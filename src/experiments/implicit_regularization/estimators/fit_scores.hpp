#pragma once

#include "experiments/implicit_regularization/estimators/observed.hpp"
#include "experiments/implicit_regularization/model/metrics.hpp"

namespace thresher::implicit_regularization {

/// Coefficients and shares of the single fits, and which penalty explains most. Not collective.
void score_singles(Observed const& observed, Fits const& fits, Metrics& metrics);
/// The joint fit, and how far it is from the truth. Not collective.
void score_joint(Observed const& observed, Fits const& fits, Metrics& metrics);
/// Ratios of coefficients to what theory expects in the limit. After the two above. Not collective.
void score_ratios(Observed const& observed, Metrics& metrics);
/// A deviation that is rounding: coefficients are 0, shares undefined. Not collective.
void score_vanishing(Parameters const& point, Metrics& metrics);

}  // namespace thresher::implicit_regularization
