#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"

#include <cstdint>
#include <vector>

namespace thresher::hierarchical_features {

/// Samples of a trial that never meet: the spectral step, the second layer, the readout, the test.
enum class Fold { spectral, second, readout, test };
inline constexpr int kFolds = 4;

/// Number of multi-indices of degree q in d coordinates, C(d + q - 1, q).
std::int64_t multi_indices(std::int64_t d, std::int64_t q);

/// Whether the features are given as a matrix (the Gaussian model, the user's features), and not made of
/// inputs x.
bool has_feature_matrix(Parameters const& point);

/// Sizes that a point really uses.
struct Sizes {
  std::int64_t inputs = 0;    ///< d
  std::int64_t features = 0;  ///< D
  std::int64_t hidden = 0;    ///< d1; 0 where the truth is unknown (the user's data)
  std::int64_t learned = 0;   ///< m, the directions that the first layer keeps
  std::int64_t rows[kFolds] = {};
  std::int64_t rows_of(Fold fold) const { return rows[static_cast<int>(fold)]; }
};
Sizes sizes_of(Parameters const& point);

/// Strengths lambda_k = Z z_k k^-gamma with the given signs z, normalised to sum lambda^2 = 1.
std::vector<double> strengths(double gamma, std::vector<double> const& signs);
/// Signs of the strengths as the parameter says; `random` ones are the alternating ones here.
std::vector<double> typical_signs(Signs signs, std::int64_t hidden);

/// The label without noise, g(h2).
double link_value(Link link, double h2);

/// Whether the spectral weights T are bounded, whatever the labels.
bool has_bounded_weights(Parameters const& point);

/// The largest first-layer problem that is solved by a dense decomposition, where n > D.
inline constexpr std::int64_t kLargestDense = 1500;
bool is_dense(Sizes const& sizes);

/// Samples that kernel ridge regression is trained on.
std::int64_t kernel_rows(Parameters const& point);

}  // namespace thresher::hierarchical_features
