#pragma once

#include "experiments/implicit_regularization/model/own_entries.hpp"
#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The user's file: /theta [K, P], snapshots of the weights of one network (flattened as W_1 row after row,
/// b_1, W_2, ...), and attributes of the file: layers (d, w_1, .., 1), activation (relu, tanh), bias (0, 1),
/// loss (squared, logistic). /X [n, d] and /y [n] are the rows that it was trained on; without them
/// /neg_loss_grad [K, P] says what they would tell. Optional are /theta_next [K, P] with the attribute eta
/// (the weights after one update) and /theta0 [P], the start.
namespace thresher::implicit_regularization {

/// Reads all of it once. Throws study::UserError where something is missing, does not fit or is not finite.
OwnSnapshots examine_own_snapshots(study::InputReader const& input);

/// All rows: x is d x n, a row of /X per column. Without /X x is d x 0. Not collective.
void read_own_rows(study::InputReader const& input, OwnSnapshots const& own, linalg::DenseMatrix& x,
                   std::vector<double>& y);

/// A rank's entries of one snapshot of `dataset` (theta, theta_next, neg_loss_grad; theta0 has snapshot 0).
/// Not collective.
std::vector<double> read_own_entries(study::InputReader const& input, std::string const& dataset,
                                     std::int64_t snapshot, OwnEntries const& entries);

}  // namespace thresher::implicit_regularization
