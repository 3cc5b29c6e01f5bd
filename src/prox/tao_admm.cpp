#include "prox/tao_admm.hpp"

#include "prox/tao_steps.hpp"

#include <algorithm>

namespace thresher::prox {

namespace {

/// The method's iterations as TAO takes them, with the balancing of the penalty between them.
class BalancedSteps : public SteppedProblem {
 public:
  BalancedSteps(AdmmProblem& problem, AdmmOptions const& options)
      : problem_(problem), balancing_(options.balancing), penalty_(options.penalty) {}

  StepReport step() override {
    last_ = problem_.iterate(penalty_);
    return {last_.objective, std::max(last_.primal, last_.dual), last_.primal, penalty_};
  }
  void between_steps(std::int64_t iteration) override {
    if (iteration % balancing_.period == 0 && iteration <= balancing_.last) {
      double const before = penalty_;
      if (last_.primal > balancing_.imbalance * last_.dual)
        penalty_ *= 2;
      else if (last_.dual > balancing_.imbalance * last_.primal)
        penalty_ /= 2;
      if (penalty_ != before) problem_.change_penalty(before, penalty_);
    }
    problem_.between_iterations(iteration, penalty_);
  }
  double penalty() const { return penalty_; }

 private:
  AdmmProblem& problem_;
  PenaltyBalancing balancing_;
  double penalty_;
  AdmmStep last_;
};

}  // namespace

void register_admm() {
  register_steps(kTaoAdmm);
}

AdmmOutcome solve_by_admm(mpi::Communicator const& comm, AdmmProblem& problem, AdmmOptions const& options) {
  BalancedSteps steps(problem, options);
  auto const outcome = run_steps(comm, steps,
                                 {.type = kTaoAdmm,
                                  .tolerance = options.tolerance,
                                  .max_iterations = options.max_iterations,
                                  .iterations_before = options.iterations_before,
                                  .prefix = options.prefix});
  return {outcome.iterations, outcome.converged, steps.penalty()};
}

}  // namespace thresher::prox
