#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "mpi/communicator.hpp"

#include <vector>

/// Penalised least squares that is solved exactly, from its moments on one rank. Collective; all ranks get
/// the solution.
namespace thresher::implicit_regularization {

/// The minimum of L + (1/2) sum (rho kappa_j + l2) theta_j^2 with kappa_j = mean x_j^2. With rho = delta / (1
/// - delta) it is what dropout of the inputs minimises on average (Wager, Wang and Liang 2013).
std::vector<double> ridge_solution(mpi::Communicator const& comm, Rows const& rows, double rho, double l2);

/// Elastic net L + l1 |theta|_1 + l2 |theta|^2 / 2 with zeros that are exact, by coordinate descent to a
/// duality gap of 1e-14 of the largest possible. Sets `converged`.
std::vector<double> elastic_net(mpi::Communicator const& comm, Rows const& rows, double l1, double l2,
                                bool& converged);

}  // namespace thresher::implicit_regularization
