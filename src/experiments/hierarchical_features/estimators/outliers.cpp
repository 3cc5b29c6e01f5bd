#include "experiments/hierarchical_features/estimators/outliers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace thresher::hierarchical_features {

std::vector<double> outlier_strengths(Parameters const& point, SpectralStage const& spectral) {
  double const margin = 1 + point.edge_margin;
  double const noise = spectral.noise_level;
  std::vector<double> strengths;
  for (double const value : spectral.layer.values)
    if (value > margin * spectral.edge_right || value < margin * spectral.edge_left)
      strengths.push_back((std::abs(value) + std::sqrt(std::max(0.0, value * value - 4 * noise * noise))) /
                          2);
  std::ranges::sort(strengths, std::greater<>());
  return strengths;
}

double StrengthLaw::strength(std::size_t rank) const {
  return std::exp(intercept - gamma * std::log(static_cast<double>(rank)));
}

std::optional<StrengthLaw> fit_strengths(std::vector<double> const& strengths) {
  constexpr std::size_t kFewest = 4;
  if (strengths.size() < kFewest) return std::nullopt;
  auto const count = static_cast<double>(strengths.size());
  double mean_rank = 0;
  double mean_strength = 0;
  for (std::size_t k = 0; k < strengths.size(); ++k) {
    mean_rank += std::log(static_cast<double>(k + 1)) / count;
    mean_strength += std::log(strengths[k]) / count;
  }
  double products = 0;
  double squares = 0;
  for (std::size_t k = 0; k < strengths.size(); ++k) {
    double const rank = std::log(static_cast<double>(k + 1)) - mean_rank;
    products += rank * (std::log(strengths[k]) - mean_strength);
    squares += rank * rank;
  }
  double const gamma = -products / squares;
  return StrengthLaw{mean_strength + gamma * mean_rank, gamma};
}

double rows_for_strength(double strength, SpectralStage const& spectral, Parameters const& point) {
  double const ratio = spectral.noise_level / strength;
  return static_cast<double>(sizes_of(point).rows_of(Fold::spectral)) * ratio * ratio;
}

}  // namespace thresher::hierarchical_features
