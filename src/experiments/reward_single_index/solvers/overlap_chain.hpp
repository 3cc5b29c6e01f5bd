#pragma once

#include "experiments/reward_single_index/data/trial_data.hpp"
#include "experiments/reward_single_index/model/label_transform.hpp"
#include "study/kept_work.hpp"

#include <vector>

namespace thresher::reward_single_index {

/// What a batch of rows adds up to for one neuron, S = s T(y) act'(u + b).
struct BatchSums {
  double along = 0;    ///< sum S z
  double across = 0;   ///< sum S h
  double itself = 0;   ///< sum S u
  double squares = 0;  ///< sum S^2
};

/// The overlap after a step of spherical descent. x = z theta + h v + xi for w = m theta + sqrt(1 - m^2) v;
/// `orthogonal` is |sum S xi|^2, which is (sum S^2) chi2(d - 2) in law.
double next_overlap(double overlap, double rate, BatchSums const& sums, double orthogonal);

/// Overlaps of `n_neurons` independent neurons after the online first stage, each a Markov chain in one
/// number whatever the dimension: its law is that of a neuron of spherical_descent. Neurons are spread over
/// the team; all ranks get all. Throws study::Interrupted. Collective.
std::vector<double> overlap_chains(Parameters const& point, TrialData const& data,
                                   LabelTransform const& transform, study::Team& team, study::KeptWork& work);

/// Flops per neuron and row.
inline constexpr double kChainFlops = 350;

}  // namespace thresher::reward_single_index
