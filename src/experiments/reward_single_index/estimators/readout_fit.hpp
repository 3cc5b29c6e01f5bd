#pragma once

#include "experiments/reward_single_index/data/readout_rows.hpp"
#include "experiments/reward_single_index/model/parameters.hpp"
#include "experiments/reward_single_index/solvers/weighted_ridge.hpp"
#include "mpi/communicator.hpp"

#include <functional>
#include <span>
#include <vector>

namespace thresher::reward_single_index {

/// A readout and the effective share of its rows, (sum w)^2 / (n sum w^2).
struct ReadoutFit {
  Readout readout;
  double weight_efficiency = 0;
};

/// The readouts of the second stage: unweighted pilot and final fit.
struct SecondStageFit {
  ReadoutFit final;
  Readout pilot;  ///< empty but for the surrogate weighting
};

/// phi_j = relu(u_j + b2_j) for the columns (z, u) of a block of rows; they become (1, phi, .).
void make_features(Parameters const& point, linalg::MatrixView block);

/// The clipped reward of a readout for a column (1, phi, .).
double reward_of(Parameters const& point, Readout const& readout, std::span<double const> psi);

/// The logarithm of a row's weight from its projection, its features and its label.
using LogWeight = std::function<double(double z, std::span<double const> psi, double y)>;
/// The weights of the final fit; `pilot` is needed for the surrogate weighting. What is given must outlive
/// the result.
LogWeight log_weight_of(Parameters const& point, RewardLink const& link, Readout const& pilot);

/// Shows rows [rows) in order, some at a time: columns (1, phi, .), which may be written to, with projections
/// and labels. Not collective.
using RowVisitor =
    std::function<void(linalg::MatrixView rows, std::span<double const> z, std::span<double const> y)>;
void visit_rows(Parameters const& point, ReadoutRows const& source, mpi::Range rows,
                RowVisitor const& visitor);

/// Fits the second stage. Sums over rows have the same bits for every team. Collective.
SecondStageFit fit_second_stage(Parameters const& point, RewardLink const& link, ReadoutRows const& rows,
                                mpi::Communicator const& comm);

/// Blocks of the sums over so many rows.
int readout_blocks(std::int64_t rows, std::int64_t neurons);

}  // namespace thresher::reward_single_index
