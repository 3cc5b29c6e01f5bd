#pragma once

#include "mpi/communicator.hpp"

#include <petsctao.h>

#include <cstdint>
#include <string>

namespace thresher::prox {

/// Name of the TAO type that runs the alternating direction method of multipliers on two blocks, with
/// residual balancing of the penalty (Boyd et al. 2011, sections 3.3 and 3.4.1; relative residuals as in
/// Wohlberg 2017, so that the scale of the data does not matter).
///
/// The blocks and the multipliers are the problem's own (they may exceed a Vec with 32-bit indices): TAO
/// holds an empty solution, and counts, monitors, tests and stops. At iteration k its monitors show the
/// objective, the larger of the two relative residuals, the primal one as the constraint's norm, and the
/// penalty as the step; the default test compares the larger residual with gatol.
inline constexpr char const* kTaoAdmm = "two_block_admm";

/// Makes the type known to TAO. May be called again.
void register_admm();

/// What an iteration reaches. Residuals are relative: the constraint's violation over the norm of the data,
/// the change of the second block times the penalty over the norm of the multipliers. The same on all ranks.
struct AdmmStep {
  double objective = 0;
  double primal = 0;
  double dual = 0;
};

/// A problem min f(x) + g(z) subject to A x + B z = c, with its iterates.
class AdmmProblem {
 public:
  virtual ~AdmmProblem() = default;
  /// Minimises the augmented Lagrangian over x, then over z, and moves the multipliers. Collective.
  virtual AdmmStep iterate(double penalty) = 0;
  /// The multipliers keep their value: rescales what is stored of them over the penalty. Not collective.
  virtual void change_penalty(double from, double to) = 0;
  /// Called between iterations, where the state is whole (to save it; may throw). Collective.
  virtual void between_iterations(std::int64_t /*iteration*/, double /*penalty*/) {}
};

/// When the penalty is doubled or halved: at every `period`-th iteration up to `last`, where one residual
/// exceeds `imbalance` times the other.
struct PenaltyBalancing {
  std::int64_t period = 10;
  std::int64_t last = 200;
  double imbalance = 10;
};

struct AdmmOptions {
  double penalty = 1;       ///< of the first iteration. > 0
  double tolerance = 1e-6;  ///< of both relative residuals
  std::int64_t max_iterations = 2000;
  std::int64_t iterations_before = 0;  ///< > 0: goes on behind them
  PenaltyBalancing balancing{};
  std::string prefix = "admm_";  ///< of the options in PETSc's database (-<prefix>tao_monitor, ...)
};

struct AdmmOutcome {
  std::int64_t iterations = 0;
  bool converged = false;
  double penalty = 0;  ///< after the last iteration
};

/// Runs the method under TAO. What the problem throws is thrown on. Collective.
AdmmOutcome solve_by_admm(mpi::Communicator const& comm, AdmmProblem& problem, AdmmOptions const& options);

}  // namespace thresher::prox
