#pragma once

#include "experiments/reward_single_index/model/reward_link.hpp"

namespace thresher::reward_single_index {

/// The best policy at a temperature, pi* ~ N(0, I) e^{r* / beta}: J* = beta log E e^{r*/beta}.
struct Optimum {
  double log_partition = 0;  ///< log E e^{r*/beta}
  double value = 0;          ///< V* = E_pi*[r*]
  double reference = 0;      ///< E_ref[r*]
  double coverage = 0;       ///< E e^{2 r*/beta} / (E e^{r*/beta})^2; infinite where it does not exist
  double objective(double beta) const { return beta * log_partition; }
  double divergence(double beta) const { return value / beta - log_partition; }
};
Optimum optimum(RewardLink const& link, double beta);

}  // namespace thresher::reward_single_index
