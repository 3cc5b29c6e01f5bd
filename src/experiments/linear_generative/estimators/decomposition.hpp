#pragma once

#include "experiments/linear_generative/data/data.hpp"
#include "experiments/linear_generative/estimators/convolution.hpp"
#include "experiments/linear_generative/estimators/dense_decomposition.hpp"
#include "study/experiment.hpp"

#include <optional>

namespace thresher::linear_generative {

/// Result of the stage `decomposition`: what serves every ridge, model and number of samples. With krylov,
/// mfn and patch_net there is nothing to keep but the data.
class Decomposition : public study::StageResult {
 public:
  /// `sets` must outlive the decomposition. Collective.
  Decomposition(std::span<Parameters const> points, DataSets const& sets, study::Team& team);

  DataSets const& sets() const { return sets_; }
  /// Precondition: some point uses method dense with sqrt or diffusion.
  DenseDecomposition const& dense() const { return *dense_; }
  /// Precondition: some point uses conv.
  PowerSpectra const& powers() const { return *powers_; }

 private:
  DataSets const& sets_;
  std::optional<DenseDecomposition> dense_;
  std::optional<PowerSpectra> powers_;
};

}  // namespace thresher::linear_generative
