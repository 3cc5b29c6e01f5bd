#include "prox/tao_steps.hpp"

#include "prox/tao.hpp"

#include <petsc/private/taoimpl.h>

#include <algorithm>
#include <exception>

namespace thresher::prox {

namespace {

struct Steps {
  SteppedProblem* problem = nullptr;
  PetscInt iterations_before = 0;
  std::exception_ptr thrown;
};

PetscErrorCode setup_steps(Tao) {
  return 0;
}

/// Runs what the problem does; what it throws waits in `steps` for the end of TaoSolve.
template <class Work>
PetscErrorCode run_caught(Tao tao, Steps& steps, Work const& work) {
  PetscFunctionBegin;
  try {
    work();
  } catch (...) {
    steps.thrown = std::current_exception();
    SETERRQ(PetscObjectComm((PetscObject)tao), PETSC_ERR_LIB, "the iteration threw");
  }
  PetscFunctionReturn(0);
}

PetscErrorCode solve_steps(Tao tao) {
  PetscFunctionBegin;
  auto* const steps = static_cast<Steps*>(tao->data);
  PetscCheck(steps->problem != nullptr, PetscObjectComm((PetscObject)tao), PETSC_ERR_ORDER,
             "the method needs a problem");
  tao->niter = steps->iterations_before;
  tao->reason = TAO_CONTINUE_ITERATING;
  while (tao->reason == TAO_CONTINUE_ITERATING) {
    if (tao->ops->update != nullptr) PetscCall((*tao->ops->update)(tao, tao->niter, tao->user_update));
    StepReport report;
    PetscCall(run_caught(tao, *steps, [&] { report = steps->problem->step(); }));
    ++tao->niter;
    tao->fc = report.objective;
    tao->residual = report.residual;
    tao->step = report.step;
    PetscCall(TaoLogConvergenceHistory(tao, tao->fc, tao->residual, report.constraint, tao->ksp_its));
    PetscCall(TaoMonitor(tao, tao->niter, tao->fc, tao->residual, report.constraint, report.step));
    tao->cnorm = 0;  // the residual has the constraint in it
    PetscCall((*tao->ops->convergencetest)(tao, tao->cnvP));
    if (tao->reason == TAO_CONTINUE_ITERATING)
      PetscCall(run_caught(tao, *steps, [&] { steps->problem->between_steps(tao->niter); }));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode view_steps(Tao tao, PetscViewer viewer) {
  PetscFunctionBegin;
  PetscBool is_text = PETSC_FALSE;
  PetscCall(PetscObjectTypeCompare((PetscObject)viewer, PETSCVIEWERASCII, &is_text));
  if (is_text == PETSC_TRUE)
    PetscCall(PetscViewerASCIIPrintf(viewer, "penalty or step: %g\n", (double)tao->step));
  PetscFunctionReturn(0);
}

PetscErrorCode destroy_steps(Tao tao) {
  PetscFunctionBegin;
  delete static_cast<Steps*>(tao->data);
  tao->data = nullptr;
  PetscFunctionReturn(0);
}

PetscErrorCode create_steps(Tao tao) {
  PetscFunctionBegin;
  tao->data = new Steps;
  tao->ops->setup = setup_steps;
  tao->ops->solve = solve_steps;
  tao->ops->view = view_steps;
  tao->ops->destroy = destroy_steps;
  PetscFunctionReturn(0);
}

}  // namespace

void register_steps(char const* type) {
  linalg::check(TaoRegister(type, create_steps));
}

StepOutcome run_steps(mpi::Communicator const& comm, SteppedProblem& problem, StepOptions const& options) {
  register_steps(options.type);
  linalg::Vector nothing;
  linalg::check(VecCreateMPI(comm.get(), 0, 0, nothing.out()));
  TaoSolver tao;
  linalg::check(TaoCreate(comm.get(), tao.out()));
  linalg::check(TaoSetType(tao.get(), options.type));
  linalg::check(TaoSetSolution(tao.get(), nothing.get()));
  linalg::check(TaoSetTolerances(tao.get(), options.tolerance, 0, 0));
  linalg::check(TaoSetMaximumIterations(
      tao.get(), static_cast<PetscInt>(std::min<std::int64_t>(options.max_iterations, PETSC_MAX_INT))));
  linalg::check(TaoSetOptionsPrefix(tao.get(), options.prefix.c_str()));
  linalg::check(TaoSetFromOptions(tao.get()));

  auto* const steps = static_cast<Steps*>(tao.get()->data);
  steps->problem = &problem;
  steps->iterations_before = static_cast<PetscInt>(options.iterations_before);
  PetscErrorCode const code = TaoSolve(tao.get());
  if (code != 0 && steps->thrown) {
    std::exception_ptr const thrown = steps->thrown;
    try {
      linalg::check(code);  // takes the collected text away
    } catch (std::exception const&) {
    }
    std::rethrow_exception(thrown);
  }
  linalg::check(code);

  PetscInt iterations = 0;
  TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
  linalg::check(TaoGetIterationNumber(tao.get(), &iterations));
  linalg::check(TaoGetConvergedReason(tao.get(), &reason));
  return {iterations, reason > 0};
}

}  // namespace thresher::prox
