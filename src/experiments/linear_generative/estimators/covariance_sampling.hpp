#pragma once

#include "experiments/linear_generative/data/data.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "linalg/leading_eigenpairs.hpp"
#include "study/team.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace thresher::linear_generative {

/// What one model leaves when its sample covariance is only ever applied.
struct SampledModel {
  linalg::DenseMatrix own_samples;  ///< f(C) Z, this rank's rows
  linalg::Eigenpairs leading;
  linalg::Convergence eigen_convergence = linalg::Convergence::not_reached;
  linalg::Convergence convergence = linalg::Convergence::not_reached;
  double mean_steps = 0;            ///< Lanczos steps per seed; NaN for mfn
  std::int64_t passes = 0;          ///< over the data set, those before an interruption included
  double bulk_root_trace = 0;       ///< estimate of tr (Sigma^1/2 (C + ridge) Sigma^1/2)^1/2, where measured
  std::vector<double> ritz_values;  ///< of the first seed, descending
};

/// Both models, one data set after the other, by panel Lanczos (`krylov`): the samples from one recurrence
/// per seed, the leading eigenpairs from SLEPc started at a Rayleigh-Ritz step on the leading Ritz vectors of
/// the seeds. A run that wants to end finds its state kept; the next one continues from it. Collective.
std::array<SampledModel, kSets> sample_by_lanczos(Parameters const& point, DataSets const& sets,
                                                  linalg::ConstMatrixView own_seeds, study::Team& team);

/// The same by SLEPc's matrix function solver (`mfn`), sqrt only: a cross-check. Collective.
std::array<SampledModel, kSets> sample_by_slepc(Parameters const& point, DataSets const& sets,
                                                linalg::ConstMatrixView own_seeds, study::Team& team);

}  // namespace thresher::linear_generative
