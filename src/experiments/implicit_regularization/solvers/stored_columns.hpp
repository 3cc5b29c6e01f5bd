#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/deviation.hpp"
#include "experiments/implicit_regularization/solvers/loss_model.hpp"

#include <array>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Gradients of the penalties among `needed` that are more than a function of each weight: group, path,
/// data_l2, dropout, gradnorm, batchnoise. This rank's part of the vectors, by Candidate. Collective.
std::array<std::vector<double>, kCandidates> stored_columns(Candidates needed, Parameters const& point,
                                                            LossModel& model, Rows const& rows,
                                                            std::span<double const> theta);

/// Rows of the fixed batches k = 0..m-1 of minibatch observations: consecutive ones.
std::vector<Rows> fixed_batches(Rows const& rows, std::int64_t batch);

}  // namespace thresher::implicit_regularization
