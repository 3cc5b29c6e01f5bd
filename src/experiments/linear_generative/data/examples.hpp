#pragma once

#include "experiments/linear_generative/model/parameters.hpp"
#include "experiments/linear_generative/model/population.hpp"
#include "linalg/row_layout.hpp"
#include "linalg/tall_matrix.hpp"
#include "study/team.hpp"

namespace thresher::linear_generative {

/// The two models and their disjoint data sets.
inline constexpr int kSets = 2;

/// Generator of the rows of data set `set` (0 or 1): entry (mu, j) is addressed by (mu, j) in stream `X1` or
/// `X2`, so that a smaller n is a prefix of a larger one. For generated data (`spiked`, `powerlaw`, `field`).
linalg::RowGenerator example_generator(Parameters const& point, Population const& population,
                                       study::Team const& team, int set);

/// This rank's rows of the seed noise z_1 .. z_s (columns), shared by both models: stream `Z`. Not
/// collective.
linalg::DenseMatrix seed_noise(linalg::RowLayout const& layout, study::Team const& team, std::int64_t seeds);

}  // namespace thresher::linear_generative
