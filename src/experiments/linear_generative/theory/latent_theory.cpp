#include "experiments/linear_generative/theory/latent_theory.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::linear_generative {

std::optional<Spike> recovered_spike(double l, std::span<Level const> others, double n) {
  double shift = 0;
  double slope = 0;
  for (auto const& level : others) {
    if (level.value >= l) return std::nullopt;
    double const ratio = level.value / (l - level.value);
    shift += level.multiplicity * ratio;
    slope += level.multiplicity * ratio * ratio;
  }
  double const psi = l * (1 + shift / n);
  double const derivative = 1 - slope / n;
  if (!(derivative > 0)) return std::nullopt;
  return Spike{psi, l * derivative / psi};
}

double recovery_threshold(double l, std::span<Level const> others) {
  double sum = 0;
  for (auto const& level : others) {
    if (level.value >= l) return std::numeric_limits<double>::infinity();
    double const ratio = level.value / (l - level.value);
    sum += level.multiplicity * ratio * ratio;
  }
  return sum;
}

std::vector<Level> others_of_leading(PopulationSpectrum const& spectrum) {
  std::vector<Level> others;
  for (double const value : spectrum.latent)
    if (value != spectrum.latent.front()) others.push_back({value, 1});
  others.insert(others.end(), spectrum.others.begin(), spectrum.others.end());
  return others;
}

double predicted_latent_recovery(PopulationSpectrum const& spectrum, double n) {
  double sum = 0;
  for (double const l : spectrum.latent)
    if (auto const spike = recovered_spike(l, spectrum.others, n)) sum += spike->overlap;
  return sum / static_cast<double>(spectrum.latent.size());
}

double examples_for_recovery(PopulationSpectrum const& spectrum) {
  double largest = 0;
  for (double const l : spectrum.latent) largest = std::max(largest, recovery_threshold(l, spectrum.others));
  return largest;
}

bool leading_is_degenerate(PopulationSpectrum const& spectrum) {
  return spectrum.latent.size() > 1 && spectrum.latent[1] == spectrum.latent[0];
}

}  // namespace thresher::linear_generative
