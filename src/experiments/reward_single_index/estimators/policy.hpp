#pragma once

#include "experiments/reward_single_index/estimators/features.hpp"
#include "experiments/reward_single_index/estimators/readout_fit.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::reward_single_index {

/// Along the hidden direction, with nothing across it: rewards and densities of the deployed and of the best
/// policy.
struct PolicyProfile {
  std::vector<double> place;
  std::vector<double> learned_reward;
  std::vector<double> true_reward;
  std::vector<double> learned_density;
  std::vector<double> best_density;
};

/// Values of the policy N(0, I) e^{r_hat / beta} at the deployment temperature, exact up to quadrature along
/// the hidden direction: expectations under the reference, the best and the deployed policy are sums over the
/// same nodes. Sums have the same bits for every team. Returns the profile. Collective.
PolicyProfile evaluate_policy(Parameters const& point, RewardLink const& link, Features const& features,
                              SecondStageFit const& fit, study::Team& team, Metrics& metrics);

}  // namespace thresher::reward_single_index
