#pragma once

#include "mpi/communicator.hpp"

#include <cstdint>
#include <string>

namespace thresher::prox {

/// What one iteration of a method reaches, the same on all ranks. TAO's monitors show the objective, the
/// residual, the constraint's violation and the step; the default test compares the residual with gatol.
struct StepReport {
  double objective = 0;
  double residual = 0;
  double constraint = 0;
  double step = 1;
};

/// A method with iterates of its own (they may exceed a Vec with 32-bit indices): TAO holds an empty
/// solution, and counts, monitors, tests and stops.
class SteppedProblem {
 public:
  virtual ~SteppedProblem() = default;
  /// Collective.
  virtual StepReport step() = 0;
  /// Called between iterations, where the state is whole (to save it; may throw). Collective.
  virtual void between_steps(std::int64_t /*iteration*/) {}
};

struct StepOptions {
  char const* type = "steps";  ///< name of the TAO type, made known when it is first used
  double tolerance = 1e-6;     ///< of the residual
  std::int64_t max_iterations = 1000;
  std::int64_t iterations_before = 0;  ///< > 0: goes on behind them
  std::string prefix;                  ///< of the options in PETSc's database (-<prefix>tao_monitor, ...)
};

struct StepOutcome {
  std::int64_t iterations = 0;
  bool converged = false;
};

/// Runs the method under TAO. What the problem throws is thrown on. Collective.
StepOutcome run_steps(mpi::Communicator const& comm, SteppedProblem& problem, StepOptions const& options);

/// Makes a type of this kind known to TAO. May be called again.
void register_steps(char const* type);

}  // namespace thresher::prox
