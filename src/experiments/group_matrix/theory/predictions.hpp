#pragma once

#include "experiments/group_matrix/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::group_matrix {

struct Predictions {
  double rate_game = study::kUndefined;
  double rate_separate = study::kUndefined;
  double rate_global = study::kUndefined;
  double p_star_global = study::kUndefined;
  double p_star_separate = study::kUndefined;
  double p_star_game = study::kUndefined;
  double tau = study::kUndefined;
  double tau_crit_group = study::kUndefined;
  double tau_crit_global = study::kUndefined;
  double spectral_cos2 = study::kUndefined;
  double spectral_error = study::kUndefined;
  double spectral_cos2_masked = study::kUndefined;
  double oracle_error = study::kUndefined;
  double svt_error = study::kUndefined;
};

/// Right-hand sides, without constants, of the error bounds; the oracle's error for many observations a row.
void predict_rates(Parameters const& point, Predictions& predictions);
/// Densities from which on recovery without noise is predicted.
void predict_densities(Parameters const& point, Predictions& predictions);
void predict_game_density(Parameters const& point, study::TheoryContext const& context,
                          Predictions& predictions);
/// Spectral transition of the groups of a partition.
void predict_spectral(Parameters const& point, Predictions& predictions);
/// The same subspaces with the variances that trial 0's mask gives its entries.
void predict_masked_spectral(Parameters const& point, study::TheoryContext const& context,
                             Predictions& predictions);
/// Soft-thresholding of a whole matrix.
void predict_thresholding(Parameters const& point, Predictions& predictions);

}  // namespace thresher::group_matrix
