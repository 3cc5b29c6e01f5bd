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

/// What a program starts from.
struct Start {
  linalg::DenseMatrix mean;  ///< zero where C is
  double data_norm = 0;      ///< ||M - mean||_F
  bool is_common = false;    ///< all blocks are the mean, up to rounding
};

Start start_of(ClientStack const& stack, ClairSettings const& settings) {
  Start start;
  start.mean = settings.common == ClairSettings::CommonPart::free
                   ? mean_of(stack)
                   : linalg::DenseMatrix(stack.rows(), stack.columns());
  start.data_norm = norm_of(distances(stack, start.mean));
  start.is_common = start.data_norm <=
                    kRounding * norm_of(distances(stack, linalg::DenseMatrix(stack.rows(), stack.columns())));
  return start;
}

ClairSolution all_common(ClientStack const& stack, linalg::DenseMatrix mean) {
  ClairSolution solution;
  solution.common = std::move(mean);
  solution.low_rank.vectors = linalg::DenseMatrix(stack.rows(), 0);
  solution.block_norms.resize(static_cast<std::size_t>(stack.clients()));
  solution.converged = true;
  return solution;
}

prox::AdmmOptions first_options(ClientStack const& stack, ClairSettings const& settings,
                                linalg::DenseMatrix const& mean) {
  std::vector<double> const ones(static_cast<std::size_t>(stack.clients()), 1.0);
  double const spectral_norm = leading_left_vectors({stack, mean, ones}, 1).singular_values.front();
  return {.penalty = kFirstPenalty / spectral_norm,
          .tolerance = settings.tolerance,
          .max_iterations = settings.max_iterations,
          .prefix = settings.prefix};
}

/// Iterates until residuals and certificate are below the tolerance; leaves in `options` the penalty and the
/// number of iterations. Collective.
ClairSolution certified(ClientStack const& stack, ClairSettings const& settings, ClairIteration& iteration,
                        prox::AdmmOptions& options) {
  ClairSolution solution;
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
  return solution;
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
  auto start = start_of(stack, settings);
  if (start.is_common) return all_common(stack, std::move(start.mean));
  auto options = first_options(stack, settings, start.mean);
  ClairIteration iteration(stack, settings, std::move(start.mean), start.data_norm);
  if (kept) {
    auto const position = iteration.continue_from(*kept);
    options.iterations_before = position.iteration;
    options.penalty = position.penalty;
    options.tolerance = position.tolerance;
  }
  iteration.save_by(save);
  auto solution = certified(stack, settings, iteration, options);
  if (blocks != nullptr) iteration.copy_blocks(options.penalty, *blocks);
  return solution;
}

void solve_clair_path(ClientStack const& stack, ClairSettings settings, std::span<double const> lambdas,
                      std::function<void(ClairSolution const&)> const& visit) {
  auto start = start_of(stack, settings);
  if (start.is_common) {
    for (std::size_t k = 0; k < lambdas.size(); ++k) visit(all_common(stack, start.mean));
    return;
  }
  auto const first = first_options(stack, settings, start.mean);
  double penalty = first.penalty;
  // It reads the settings at every step: another lambda, and it goes on from multipliers and residual blocks.
  ClairIteration iteration(stack, settings, std::move(start.mean), start.data_norm);
  for (double const lambda : lambdas) {
    settings.price.lambda = lambda;
    auto options = first;
    options.penalty = penalty;
    visit(certified(stack, settings, iteration, options));
    penalty = options.penalty;
  }
}

}  // namespace thresher::federated_lora
