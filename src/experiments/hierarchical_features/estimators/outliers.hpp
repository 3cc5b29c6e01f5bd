#pragma once

#include "experiments/hierarchical_features/estimators/stages.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace thresher::hierarchical_features {

/// Strengths of the eigenvalues beyond the bulk's edges (with the margin), descending: an outlier at e
/// belongs to a signal of strength (|e| + sqrt(e^2 - 4 s^2)) / 2, s the noise level. Not collective.
std::vector<double> outlier_strengths(Parameters const& point, SpectralStage const& spectral);

/// Power law through the strengths: log strength = intercept - gamma log rank.
struct StrengthLaw {
  double intercept;
  double gamma;
  double strength(std::size_t rank) const;
};
/// None from fewer than four.
std::optional<StrengthLaw> fit_strengths(std::vector<double> const& strengths);

/// Rows at which a feature of this strength leaves the bulk: n (s / strength)^2.
double rows_for_strength(double strength, SpectralStage const& spectral, Parameters const& point);

}  // namespace thresher::hierarchical_features
