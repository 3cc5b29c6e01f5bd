#include "experiments/linear_generative/model/population_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace thresher::linear_generative {

namespace {

constexpr std::size_t kBinAbove = 10'000;
constexpr double kBins = 2000;

/// One level per distinct value; a long spectrum in logarithmic bins.
std::vector<Level> levels_of(std::span<double const> eigenvalues) {
  std::map<double, double, std::greater<>> counts;
  for (double const value : eigenvalues) ++counts[value];
  std::vector<Level> levels;
  for (auto const& [value, multiplicity] : counts) levels.push_back({value, multiplicity});
  if (levels.size() <= kBinAbove) return levels;

  double const top = levels.front().value;
  auto const least =
      std::find_if(levels.rbegin(), levels.rend(), [](Level const& level) { return level.value > 0; });
  double const width = std::log(top / least->value) / kBins;
  std::vector<Level> bins;
  long current = -1;
  for (auto const& level : levels) {
    long const bin = level.value > 0 ? std::min(static_cast<long>(std::log(top / level.value) / width),
                                                static_cast<long>(kBins) - 1)
                                     : static_cast<long>(kBins);
    if (bin != current) bins.push_back({0, 0});
    current = bin;
    bins.back().value += level.value * level.multiplicity;  // a sum until all are in
    bins.back().multiplicity += level.multiplicity;
  }
  for (auto& bin : bins) bin.value /= bin.multiplicity;
  return bins;
}

}  // namespace

std::vector<Level> PopulationSpectrum::all() const {
  std::vector<Level> levels;
  for (double const value : latent) {
    if (!levels.empty() && levels.back().value == value)
      ++levels.back().multiplicity;
    else
      levels.push_back({value, 1});
  }
  levels.insert(levels.end(), others.begin(), others.end());
  return levels;
}

std::vector<double> spikes(Parameters const& point) {
  std::vector<double> theta(static_cast<std::size_t>(point.rank));
  for (std::size_t k = 0; k < theta.size(); ++k)
    theta[k] = point.spike * std::pow(point.spike_ratio, static_cast<double>(k));
  return theta;
}

std::vector<double> powerlaw_eigenvalues(std::int64_t dim, double alpha) {
  std::vector<double> values(static_cast<std::size_t>(dim));
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::pow(static_cast<double>(i + 1), -alpha);
    sum += values[i];
  }
  for (double& value : values) value *= static_cast<double>(dim) / sum;
  return values;
}

PopulationSpectrum population_spectrum(Parameters const& point) {
  if (point.spectrum == Spectrum::powerlaw)
    return population_spectrum(powerlaw_eigenvalues(point.dim, point.alpha), point.rank);
  PopulationSpectrum spectrum;
  for (double const theta : spikes(point)) spectrum.latent.push_back(1 + theta);
  if (point.dim > point.rank) spectrum.others = {{1, static_cast<double>(point.dim - point.rank)}};
  return spectrum;
}

PopulationSpectrum population_spectrum(std::span<double const> eigenvalues, std::int64_t rank) {
  auto const latent = eigenvalues.first(static_cast<std::size_t>(rank));
  return {{latent.begin(), latent.end()}, levels_of(eigenvalues.subspan(latent.size()))};
}

double trace(std::span<Level const> levels) {
  double sum = 0;
  for (auto const& level : levels) sum += level.multiplicity * level.value;
  return sum;
}

double trace_of_square(std::span<Level const> levels) {
  double sum = 0;
  for (auto const& level : levels) sum += level.multiplicity * level.value * level.value;
  return sum;
}

double count(std::span<Level const> levels) {
  double sum = 0;
  for (auto const& level : levels) sum += level.multiplicity;
  return sum;
}

}  // namespace thresher::linear_generative
