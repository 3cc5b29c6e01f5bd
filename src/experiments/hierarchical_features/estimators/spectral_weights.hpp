#pragma once

#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "study/team.hpp"

#include <span>
#include <vector>

namespace thresher::hierarchical_features {

/// What a pass over the data asks before it begins: throws study::Interrupted, on all ranks together, when
/// the run wants to end. Collective.
void ask_to_go_on(study::Team& team);

/// values - mean, over all ranks' `rows` values; and their population standard deviation. Collective.
void center(mpi::Communicator const& comm, std::int64_t rows, std::span<double> own_values);
double centered_deviation(mpi::Communicator const& comm, std::int64_t rows,
                          std::span<double const> own_values);

/// Spectral weights T of centred or uncentred residuals: centred, mapped, centred again. Collective.
std::vector<double> mapped_weights(Parameters const& point, mpi::Communicator const& comm, std::int64_t rows,
                                   std::vector<double> own_residuals);

struct SpectralWeights {
  std::vector<double> own;  ///< T of this rank's rows of fold 1
  double linear_fraction;   ///< share of the labels' variance that was removed; NaN without `residualize`
};

/// Weights of fold 1 from its labels, without their part linear in F where asked. Collective.
SpectralWeights spectral_weights(Parameters const& point, FoldData const& fold, study::Team& team);

}  // namespace thresher::hierarchical_features
