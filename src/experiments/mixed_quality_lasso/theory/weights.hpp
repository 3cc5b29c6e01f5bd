#pragma once

#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "experiments/mixed_quality_lasso/model/problem.hpp"

#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Divides weights (one per block) by their mean over the rows. Throws std::invalid_argument unless the mean
/// is positive and finite.
std::vector<double> normalise_weights(std::span<NoiseBlock const> blocks, std::vector<double> weights);

/// w proportional to 1/(sigma^2 + cross_talk), mean 1 over the rows. `cross_talk` >= 0 is the mean square of
/// what the estimation error itself adds to a row, ||betahat - beta*||^2; 0 gives inverse-variance weights.
/// By Cauchy-Schwarz on the effective noise these weights are optimal for a LASSO of that error.
std::vector<double> inverse_noise_weights(std::span<NoiseBlock const> blocks, double cross_talk);

/// Whether the weighting is defined: it needs a row, `hq_only` a row of the first block, `residual` a row of
/// each.
bool weighting_applies(std::span<NoiseBlock const> blocks, Weighting weighting);

/// Weights of a LASSO at `lambda`, one per block, mean 1 over the rows. `lambda` matters to `interference`,
/// whose cross-talk is s lambda^2, and to `residual`, for which this is the prediction: the cross-talk of the
/// agnostic first stage by state evolution. The other weightings need neither lambda nor p, s, rho. Throws
/// std::invalid_argument where the weighting does not apply.
std::vector<double> row_weights(RecoveryProblem const& problem, Weighting weighting, double lambda);

/// Whether `row_weights` depends on lambda.
bool depends_on_lambda(Weighting weighting);

/// n_eff = (sum w)^2/sum w^2, the number of equally weighted rows that interfere as much.
double effective_sample_size(std::span<NoiseBlock const> blocks, std::span<double const> weights);

}  // namespace thresher::mixed_quality_lasso
