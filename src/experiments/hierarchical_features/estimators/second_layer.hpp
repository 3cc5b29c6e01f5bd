#pragma once

#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "experiments/hierarchical_features/estimators/first_layer.hpp"
#include "linalg/dense_matrix.hpp"

#include <span>
#include <vector>

namespace thresher::hierarchical_features {

/// B (m x m, the same on all ranks) of the quadratic form in the learned features h = V^T F: `full` is
/// (1 / (sqrt2 n)) sum y (h h^T - I), `diagonal` its diagonal, `ls` the least squares fit of y on all
/// products (with a small ridge). Labels are centred here. Collective.
linalg::DenseMatrix second_layer(SecondLayer method, mpi::Communicator const& comm, std::int64_t rows,
                                 linalg::ConstMatrixView own_h, std::vector<double> own_labels);

/// (h^T B h - tr B) / sqrt2 of this rank's rows. Not collective.
std::vector<double> quadratic_values(linalg::ConstMatrixView own_h, linalg::DenseMatrix const& b);

/// The same for the samples of a fold. Collective.
std::vector<double> form_values(Features const& features, LearnedForm const& form);

}  // namespace thresher::hierarchical_features
