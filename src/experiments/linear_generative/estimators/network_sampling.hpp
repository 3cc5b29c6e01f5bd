#pragma once

#include "experiments/linear_generative/data/data.hpp"
#include "experiments/linear_generative/estimators/dense_decomposition.hpp"
#include "experiments/linear_generative/estimators/patch_network.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "numerics/adam.hpp"
#include "study/team.hpp"

namespace thresher::linear_generative {

/// A denoiser D(y; sigma) = y / (1 + sigma^2) + sigma / sqrt(1 + sigma^2) F(y / sqrt(1 + sigma^2), log(sigma)
/// / 4) in training by stochastic gradients on the rows of one data set. One rank's; nothing is collective.
class DenoiserTraining {
 public:
  /// `set` chooses the streams of initial values and batches.
  DenoiserTraining(Parameters const& point, study::Team const& team, int set, std::vector<double> examples);

  /// One step: a batch drawn with replacement, one noise level per image, Adam with a cosine schedule.
  /// Returns the loss.
  double step();
  bool finished() const { return step_ == point_.train_steps; }
  /// D(y; sigma) for every column.
  void denoise(linalg::ConstMatrixView noisy, double sigma, linalg::MatrixView clean);
  /// Euler steps of the probability-flow ODE from sigma_max z.
  linalg::DenseMatrix sample(linalg::ConstMatrixView seeds);

 private:
  Parameters const& point_;
  std::vector<double> examples_;
  PatchNetwork network_;
  numerics::Adam adam_;
  random::Stream batches_;
  random::Stream noise_;
  std::int64_t step_ = 0;
};

/// Trains both networks, each on a rank of its own, and samples from them. Training amplifies rounding, so a
/// network is never split: its bits do not depend on the team. Collective.
PanelPair network_samples(Parameters const& point, DataSets const& sets, linalg::RowLayout const& layout,
                          linalg::ConstMatrixView own_seeds, study::Team& team);

}  // namespace thresher::linear_generative
