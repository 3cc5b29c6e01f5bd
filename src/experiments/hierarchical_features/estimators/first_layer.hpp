#pragma once

#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hierarchical_features {

/// A learned quadratic form: directions V (this rank's coordinates) and coefficients B (m x m, on all ranks).
struct LearnedForm {
  linalg::DenseMatrix own_directions;
  linalg::DenseMatrix coefficients;
};

/// The matrix of the first layer, step / (sqrt2 n) sum T (F F^T - I), plus V B V^T of a form where there is
/// one; then without its trace.
struct FirstLayerMatrix {
  Features const& features;
  std::span<double const> own_weights;
  std::span<double const> own_squared_norms;
  double step = 1;
  LearnedForm const* form = nullptr;
};

/// Its eigenvalues of largest magnitude and what else is known of its spectrum.
struct FirstLayer {
  std::vector<double> values;          ///< m + extra, descending in magnitude
  linalg::DenseMatrix own_directions;  ///< V: of the first m
  double shift = 0;                    ///< tr(M) / D, subtracted
  double highest = 0;                  ///< extreme eigenvalues, or Ritz values
  double lowest = 0;
  std::int64_t converged = 0;    ///< among the first m
  std::int64_t products = 0;     ///< 0: dense
  std::vector<double> spectrum;  ///< dense: all eigenvalues, on rank 0
};

/// Dense where D is small and n > D, else by Krylov-Schur with at most `max_matvecs` products, of which the
/// current Ritz pairs are taken. `start` names the first vector. Collective.
FirstLayer first_layer(Parameters const& point, FirstLayerMatrix const& matrix, std::int64_t extra,
                       random::Stream const& start, study::Team& team);

}  // namespace thresher::hierarchical_features
