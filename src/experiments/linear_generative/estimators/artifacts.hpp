#pragma once

#include "experiments/linear_generative/data/data.hpp"
#include "experiments/linear_generative/estimators/convolution.hpp"
#include "experiments/linear_generative/estimators/dense_decomposition.hpp"
#include "linalg/rayleigh_ritz.hpp"
#include "study/team.hpp"

#include <array>
#include <span>
#include <vector>

namespace thresher::linear_generative {

// Each leaves one optional array of the running trial, where it is wanted. Collective.

/// Eigenvalues of C_1, ascending.
void store_spectrum(std::span<double const> eigenvalues, study::Team& team);
/// Ritz values of the first seed with C_1, descending.
void store_ritz_values(std::span<double const> values, study::Team& team);
/// Leading eigenvectors of both sample covariances.
void store_leading_vectors(std::array<linalg::Eigenpairs, kSets> const& leading,
                           linalg::RowLayout const& layout, study::Team& team);
/// Samples of both models.
void store_samples(PanelPair const& samples, linalg::RowLayout const& layout, study::Team& team);
/// Row of the training example nearest to each sample, model after model.
void store_nearest_examples(std::span<std::int64_t const> examples, std::int64_t seeds, study::Team& team);
/// G(k) of both models on the full torus.
void store_responses(PowerSpectra const& responses, std::int64_t side, study::Team& team);
/// Eigenvalues s_i of the deterministic equivalent of (C + ridge)^{1/2}, by descending population eigenvalue
/// (of binned spectra one per bin).
void store_equivalent_roots(Parameters const& point, DataSets const& sets, study::Team& team);

}  // namespace thresher::linear_generative
