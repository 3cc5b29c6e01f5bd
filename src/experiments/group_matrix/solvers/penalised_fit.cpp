#include "experiments/group_matrix/solvers/penalised_fit.hpp"

#include "experiments/group_matrix/solvers/row_spectra.hpp"

#include <utility>

namespace thresher::group_matrix {

FitOutcome PenalisedFit::solve(std::span<double const> levels, double tolerance,
                               std::function<void(std::int64_t)> between) {
  levels_.assign(levels.begin(), levels.end());
  between_ = std::move(between);
  if (iterations_before_ == 0) history_.clear();
  return run(tolerance, std::exchange(iterations_before_, 0));
}

double group_objective(mpi::Communicator const& comm, Observations const& observations,
                       GroupPenalty const& penalty, std::span<double const> levels,
                       Estimate const& estimate) {
  double square = 0;
  auto const fitted = estimate.at(observations);
  for (std::size_t k = 0; k < fitted.size(); ++k) {
    double const residual = observations.values()[k] - fitted[k];
    square += residual * residual;
  }
  double objective = mpi::sum(comm, square) / 2;
  std::vector<GroupRows const*> penalised;
  std::vector<double> weights;
  auto const groups = penalty.rows();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (!(levels[g] > 0)) continue;
    penalised.push_back(groups[g]);
    weights.push_back(levels[g]);
  }
  auto const norms = nuclear_norms(comm, observations.columns(), penalised, estimate);
  for (std::size_t g = 0; g < norms.size(); ++g) objective += weights[g] * norms[g];
  return objective;
}

}  // namespace thresher::group_matrix
