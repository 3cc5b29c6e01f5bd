#pragma once

#include "experiments/linear_generative/model/parameters.hpp"

#include <cstdint>
#include <optional>

namespace thresher::linear_generative {

/// Examples per data set: `samples`, or max(1, floor(gamma d + 1/2)).
std::int64_t number_of_examples(Parameters const& point);
/// L with L^2 = d, or nothing when d is no perfect square.
std::optional<std::int64_t> image_side(std::int64_t dim);
/// `method` with `auto` settled: dense where min(n, d) <= 2000.
Method settled_method(Parameters const& point);
/// Whether the model is a function of the sample covariance (sqrt, diffusion).
bool is_matrix_function(Model model);
/// Whether `w2_bulk` is measured, with `auto` settled.
bool measures_bulk_distance(Parameters const& point);
/// Whether `kl_per_dim` is measured (n > d or a ridge, dense, sqrt, not `field`).
bool measures_divergence(Parameters const& point);
/// Whether Sigma is the identity but for so few directions that distances and divergences of dense
/// decompositions follow from these.
bool has_few_spikes(Parameters const& point);
/// Leading eigenvectors that are computed: `rank`, or one for `top_eigenvalue`.
std::int64_t leading_vectors(Parameters const& point);

}  // namespace thresher::linear_generative
