#include "experiments/federated_lora/estimators/clair_program.hpp"

#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/estimators/clair_iteration.hpp"
#include "prox/tao_admm.hpp"

#include <cmath>
#include <utility>

namespace thresher::federated_lora {

namespace {

/// The first penalty, over the spectral norm of the data.
constexpr double kFirstPenalty = 1.25;
/// Where the certificate lags behind the residuals (close to the end of a window), the solve goes on with a
/// tolerance so many times smaller, down to this part of the first one.
constexpr double kTightening = 4;
constexpr double kLeastTolerance = 1e-3;
/// Blocks that differ from their mean by less than this part are equal: the mean is rounded.
constexpr double kRounding = 1e-14;

double norm_of(std::vector<double> const& blocks) {
  double square = 0;
  for (double const norm : blocks) square += norm * norm;
  return std::sqrt(square);
}

}  // namespace

std::vector<double> ClairSolution::singular_values() const {
  std::vector<double> values;
  for (double const value : low_rank.singular_values) values.push_back(value - low_rank.threshold);
  return values;
}

ClairSolution solve_clair(ClientStack const& stack, ClairSettings const& settings,
                          std::optional<std::span<std::byte const>> kept, SaveState const& save,
                          ClairBlocks* blocks) {
  auto mean = settings.common == ClairSettings::CommonPart::free
                  ? mean_of(stack)
                  : linalg::DenseMatrix(stack.rows(), stack.columns());
  double const data_norm = norm_of(distances(stack, mean));
  ClairSolution solution;
  if (data_norm <=
      kRounding * norm_of(distances(stack, linalg::DenseMatrix(stack.rows(), stack.columns())))) {
    solution.common = std::move(mean);
    solution.low_rank.vectors = linalg::DenseMatrix(stack.rows(), 0);
    solution.block_norms.resize(static_cast<std::size_t>(stack.clients()));
    solution.converged = true;
    return solution;
  }
  std::vector<double> const ones(static_cast<std::size_t>(stack.clients()), 1.0);
  double const spectral_norm = leading_left_vectors({stack, mean, ones}, 1).singular_values.front();
  ClairIteration iteration(stack, settings, std::move(mean), data_norm);
  prox::AdmmOptions options{.penalty = kFirstPenalty / spectral_norm,
                            .tolerance = settings.tolerance,
                            .max_iterations = settings.max_iterations,
                            .prefix = settings.prefix};
  if (kept) {
    auto const position = iteration.continue_from(*kept);
    options.iterations_before = position.iteration;
    options.penalty = position.penalty;
    options.tolerance = position.tolerance;
  }
  iteration.save_by(save);
  prox::AdmmOutcome outcome;
  do {
    iteration.set_tolerance(options.tolerance);
    outcome = prox::solve_by_admm(stack.communicator(), iteration, options);
    iteration.finish(outcome.penalty, solution);
    options.iterations_before = outcome.iterations;
    options.penalty = outcome.penalty;
    options.tolerance /= kTightening;
    // The gap is a sum that all received; still one rank decides.
  } while (mpi::broadcast_value(stack.communicator(),
                                outcome.converged && solution.duality_gap > settings.tolerance &&
                                    options.tolerance > kLeastTolerance * settings.tolerance));
  solution.iterations = outcome.iterations;
  solution.converged = outcome.converged;
  if (blocks != nullptr) iteration.copy_blocks(outcome.penalty, *blocks);
  return solution;
}

}  // namespace thresher::federated_lora
