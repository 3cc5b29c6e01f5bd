#pragma once

#include "experiments/reward_single_index/data/trial_data.hpp"
#include "experiments/reward_single_index/model/label_transform.hpp"
#include "experiments/reward_single_index/solvers/spread_weights.hpp"
#include "study/kept_work.hpp"

#include <vector>

namespace thresher::reward_single_index {

/// Mean |overlap| over the rows used, at times that are even in their logarithm.
struct LearningCurve {
  std::vector<double> rows;
  std::vector<double> overlaps;
};

/// One pass of spherical stochastic gradient descent on the correlation loss at a readout that is nearly
/// zero. A step on some rows x_i, with S_ij = s_j T(y_i) act'(u_ij + b_j), u_ij = <w_j, x_i>:
///   w_j <- w_j + eta (sum_i S_ij x_i - (sum_i S_ij u_ij) w_j);  w_j <- w_j / ||w_j||.
/// Each rank works on its coordinates; a step has one sum, in a fixed order, so the bits are those of every
/// team. `weights` are the start and the result. Throws study::Interrupted. Collective.
LearningCurve spherical_descent(Parameters const& point, TrialData const& data,
                                LabelTransform const& transform, SpreadWeights& weights,
                                study::KeptWork& work);

/// Flops and inputs of all steps.
double descent_flops(Parameters const& point);

}  // namespace thresher::reward_single_index
