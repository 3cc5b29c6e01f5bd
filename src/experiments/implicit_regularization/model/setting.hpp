#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace thresher::implicit_regularization {

/// Variances of the inputs, mean 1.
inline std::vector<double> input_variances(Parameters const& point) {
  std::vector<double> variances(static_cast<std::size_t>(point.d), 1.0);
  if (point.spectrum == Spectrum::isotropic) return variances;
  double sum = 0;
  for (std::size_t j = 0; j < variances.size(); ++j)
    sum += variances[j] = std::pow(static_cast<double>(j) + 1, -point.decay);
  for (double& variance : variances) variance *= static_cast<double>(point.d) / sum;
  return variances;
}

/// What `optimizer = auto` means.
inline Optimizer optimizer_of(Parameters const& point) {
  if (point.optimizer != Optimizer::automatic) return point.optimizer;
  if (point.modification == Modification::explicit_penalty) return Optimizer::lbfgs;
  return point.modification == Modification::dropout ? Optimizer::sgd : Optimizer::gd;
}

/// Whether updates see fewer than all rows.
inline bool takes_batches(Parameters const& point) {
  return point.batch > 0 && point.batch < point.n && optimizer_of(point) != Optimizer::lbfgs;
}

inline bool stops_early_on_least_squares(Parameters const& point) {
  return point.model == Model::linear && point.loss == Loss::squared &&
         point.modification == Modification::early_stop;
}

/// Where gradient descent has a closed form.
inline bool spectral_allowed(Parameters const& point) {
  return stops_early_on_least_squares(point) && optimizer_of(point) == Optimizer::gd &&
         point.stop == Stop::fixed && point.momentum == 0 && point.tail_average == 0 && !takes_batches(point);
}
inline bool is_spectral(Parameters const& point) {
  return point.engine != Engine::iterate && spectral_allowed(point);
}

/// rho = delta / (1 - delta).
inline double dropout_odds(Parameters const& point) {
  return point.dropout / (1 - point.dropout);
}

/// Blocks of the observation: endpoints of replicates, or snapshots along a path.
inline std::int64_t blocks_of(Parameters const& point) {
  if (point.observation == Observation::endpoint) return point.replicates;
  return point.observation == Observation::flow ? point.snapshots : 1;
}

/// Pieces into which sums over rows, over hidden units and over entries of the parameter vector are cut,
/// whatever the team: sizes that keep matrix products efficient.
inline int row_blocks(std::int64_t rows) {
  return static_cast<int>(std::clamp<std::int64_t>(rows / 512, 1, 256));
}
inline int unit_blocks(std::int64_t units) {
  return static_cast<int>(std::clamp<std::int64_t>(units / 64, 1, 256));
}
inline int entry_blocks(std::int64_t entries) {
  return static_cast<int>(std::clamp<std::int64_t>(entries / 512, 1, 256));
}

}  // namespace thresher::implicit_regularization
