#include "prox/tao_admm.hpp"

#include "linalg/petsc.hpp"

#include <petsc/private/taoimpl.h>

#include <algorithm>
#include <exception>

namespace thresher::prox {

namespace {

using Solver = linalg::Handle<Tao, TaoDestroy>;

struct Admm {
  AdmmProblem* problem = nullptr;
  PetscReal penalty = 1;
  PenaltyBalancing balancing;
  PetscInt iterations_before = 0;
  std::exception_ptr thrown;
};

PetscErrorCode setup_admm(Tao) {
  return 0;
}

/// One iteration; what is thrown waits in `admm` for the end of TaoSolve.
PetscErrorCode iterate(Tao tao, Admm& admm, AdmmStep& step) {
  PetscFunctionBegin;
  try {
    step = admm.problem->iterate(admm.penalty);
  } catch (...) {
    admm.thrown = std::current_exception();
    SETERRQ(PetscObjectComm((PetscObject)tao), PETSC_ERR_LIB, "the iteration of ADMM threw");
  }
  PetscFunctionReturn(0);
}

PetscErrorCode prepare_next(Tao tao, Admm& admm, AdmmStep const& step) {
  PetscFunctionBegin;
  try {
    auto const& balancing = admm.balancing;
    if (tao->niter % balancing.period == 0 && tao->niter <= balancing.last) {
      double const before = admm.penalty;
      if (step.primal > balancing.imbalance * step.dual)
        admm.penalty *= 2;
      else if (step.dual > balancing.imbalance * step.primal)
        admm.penalty /= 2;
      if (admm.penalty != before) admm.problem->change_penalty(before, admm.penalty);
    }
    admm.problem->between_iterations(tao->niter, admm.penalty);
  } catch (...) {
    admm.thrown = std::current_exception();
    SETERRQ(PetscObjectComm((PetscObject)tao), PETSC_ERR_LIB, "the problem of ADMM threw");
  }
  PetscFunctionReturn(0);
}

PetscErrorCode solve_admm(Tao tao) {
  PetscFunctionBegin;
  auto* const admm = static_cast<Admm*>(tao->data);
  PetscCheck(admm->problem != nullptr, PetscObjectComm((PetscObject)tao), PETSC_ERR_ORDER,
             "ADMM needs a problem");
  tao->niter = admm->iterations_before;
  tao->reason = TAO_CONTINUE_ITERATING;
  while (tao->reason == TAO_CONTINUE_ITERATING) {
    if (tao->ops->update != nullptr) PetscCall((*tao->ops->update)(tao, tao->niter, tao->user_update));
    AdmmStep step;
    PetscCall(iterate(tao, *admm, step));
    ++tao->niter;
    tao->fc = step.objective;
    tao->residual = std::max(step.primal, step.dual);
    tao->step = admm->penalty;
    PetscCall(TaoLogConvergenceHistory(tao, tao->fc, tao->residual, step.primal, tao->ksp_its));
    PetscCall(TaoMonitor(tao, tao->niter, tao->fc, tao->residual, step.primal, admm->penalty));
    tao->cnorm = 0;  // the residual has the constraint in it
    PetscCall((*tao->ops->convergencetest)(tao, tao->cnvP));
    if (tao->reason == TAO_CONTINUE_ITERATING) PetscCall(prepare_next(tao, *admm, step));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode view_admm(Tao tao, PetscViewer viewer) {
  PetscFunctionBegin;
  auto const* const admm = static_cast<Admm const*>(tao->data);
  PetscBool is_text = PETSC_FALSE;
  PetscCall(PetscObjectTypeCompare((PetscObject)viewer, PETSCVIEWERASCII, &is_text));
  if (is_text == PETSC_TRUE) PetscCall(PetscViewerASCIIPrintf(viewer, "penalty: %g\n", admm->penalty));
  PetscFunctionReturn(0);
}

PetscErrorCode destroy_admm(Tao tao) {
  PetscFunctionBegin;
  delete static_cast<Admm*>(tao->data);
  tao->data = nullptr;
  PetscFunctionReturn(0);
}

PetscErrorCode create_admm(Tao tao) {
  PetscFunctionBegin;
  tao->data = new Admm;
  tao->ops->setup = setup_admm;
  tao->ops->solve = solve_admm;
  tao->ops->view = view_admm;
  tao->ops->destroy = destroy_admm;
  PetscFunctionReturn(0);
}

}  // namespace

void register_admm() {
  linalg::check(TaoRegister(kTaoAdmm, create_admm));
}

AdmmOutcome solve_by_admm(mpi::Communicator const& comm, AdmmProblem& problem, AdmmOptions const& options) {
  register_admm();
  linalg::Vector nothing;
  linalg::check(VecCreateMPI(comm.get(), 0, 0, nothing.out()));
  Solver tao;
  linalg::check(TaoCreate(comm.get(), tao.out()));
  linalg::check(TaoSetType(tao.get(), kTaoAdmm));
  linalg::check(TaoSetSolution(tao.get(), nothing.get()));
  linalg::check(TaoSetTolerances(tao.get(), options.tolerance, 0, 0));
  linalg::check(TaoSetMaximumIterations(
      tao.get(), static_cast<PetscInt>(std::min<std::int64_t>(options.max_iterations, PETSC_MAX_INT))));
  linalg::check(TaoSetOptionsPrefix(tao.get(), options.prefix.c_str()));
  linalg::check(TaoSetFromOptions(tao.get()));

  auto* const admm = static_cast<Admm*>(tao.get()->data);
  admm->problem = &problem;
  admm->penalty = options.penalty;
  admm->balancing = options.balancing;
  admm->iterations_before = static_cast<PetscInt>(options.iterations_before);
  PetscErrorCode const code = TaoSolve(tao.get());
  if (code != 0 && admm->thrown) {
    std::exception_ptr const thrown = admm->thrown;
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
  return {iterations, reason > 0, admm->penalty};
}

}  // namespace thresher::prox
