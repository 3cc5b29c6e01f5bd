#include "experiments/reward_single_index/theory/spectral_law.hpp"

#include "experiments/reward_single_index/model/label_noise.hpp"
#include "experiments/reward_single_index/model/label_transform.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "numerics/label_weighted_law.hpp"
#include "numerics/normal.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::reward_single_index {

namespace {

constexpr int kSteps = 1500;

/// The law of z, noise and T by atoms.
struct Atoms {
  std::vector<double> weight;  ///< T
  std::vector<double> excess;  ///< z^2 - 1
  std::vector<double> probability;
};

Atoms atoms_of(Parameters const& point, RewardLink const& link) {
  auto const rows = static_cast<double>(first_rows(point));
  double const reach = -numerics::normal_quantile(std::min(0.25, 1 / (2 * rows)));
  auto noise = noise_rule(point);
  if (point.noise_kind == NoiseKind::gaussian && point.noise_std > 0) {
    double kept = 0;
    for (std::size_t node = 0; node < noise.nodes.size(); ++node) {
      if (std::abs(noise.nodes[node]) > reach * point.noise_std) noise.weights[node] = 0;
      kept += noise.weights[node];
    }
    for (double& weight : noise.weights) weight /= kept;
  }
  double top = link(0);
  for (int k = 0; k <= kSteps; ++k) top = std::max(top, link(-reach + 2 * reach * k / kSteps));
  LabelTransform transform(point, link, top);
  Atoms atoms;
  double total = 0, mean = 0, square = 0;
  for (int k = 0; k <= kSteps; ++k) {
    double const z = -reach + 2 * reach * k / kSteps;
    double const density = std::exp(-z * z / 2) * (k == 0 || k == kSteps ? 0.5 : 1);
    for (std::size_t node = 0; node < noise.nodes.size(); ++node) {
      if (noise.weights[node] == 0) continue;
      double const probability = density * noise.weights[node];
      double const t = transform.raw(link(z) + noise.nodes[node]);
      atoms.weight.push_back(t);
      atoms.excess.push_back(z * z - 1);
      atoms.probability.push_back(probability);
      total += probability;
      mean += probability * t;
      square += probability * t * t;
    }
  }
  mean /= total;
  square /= total;
  double const centre = point.center_transform ? mean : 0;
  double const scale = std::sqrt(square - (point.center_transform ? mean * mean : 0));
  for (double& t : atoms.weight) t = scale > 0 ? (t - centre) / scale : 0;
  for (double& probability : atoms.probability) probability /= total;
  return atoms;
}

}  // namespace

SpectralPrediction spectral_prediction(Parameters const& point, RewardLink const& link) {
  auto atoms = atoms_of(point, link);
  auto const excess = std::move(atoms.excess);
  double const delta = static_cast<double>(point.d) / static_cast<double>(first_rows(point));
  numerics::LabelWeightedLaw const law(std::move(atoms.weight), std::move(atoms.probability), delta);
  struct End {
    double overlap = 0;
    double gap = 0;
  };
  auto const end = [&](numerics::SpectrumSide side) {
    auto const outlier = law.outlier(side, excess);
    if (!outlier) return End{};
    return End{std::sqrt(std::max(outlier->squared_cosine, 0.0)),
               std::abs(outlier->eigenvalue - law.edge(side))};
  };
  auto const right = end(numerics::SpectrumSide::right);
  auto const left = end(numerics::SpectrumSide::left);
  bool const to_the_right = point.spectral_end == SpectralEnd::largest ||
                            (point.spectral_end == SpectralEnd::automatic &&
                             (point.transform == Transform::optimal || right.gap >= left.gap));
  auto const& used = to_the_right ? right : left;
  return {right.overlap, left.overlap, used.overlap, used.gap};
}

}  // namespace thresher::reward_single_index
