#include "prox/tao_fista.hpp"

#include <petsc/private/taoimpl.h>

#include <cmath>

namespace thresher::prox {

namespace {

struct Fista {
  ProximalOperator proximal = nullptr;
  void* proximal_context = nullptr;
  PetscReal lipschitz = 0;
  PetscReal momentum = 1;
  PetscInt iterations_before = 0;  ///< > 0: the next solve continues
  Vec extrapolated = nullptr;
  Vec next = nullptr;
  Vec work = nullptr;
};

PetscErrorCode setup_fista(Tao tao) {
  PetscFunctionBegin;
  auto* const fista = static_cast<Fista*>(tao->data);
  if (tao->gradient == nullptr) PetscCall(VecDuplicate(tao->solution, &tao->gradient));
  if (fista->extrapolated == nullptr) {
    PetscCall(VecDuplicate(tao->solution, &fista->extrapolated));
    PetscCall(VecDuplicate(tao->solution, &fista->next));
    PetscCall(VecDuplicate(tao->solution, &fista->work));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode solve_fista(Tao tao) {
  PetscFunctionBegin;
  auto* const fista = static_cast<Fista*>(tao->data);
  PetscCheck(fista->proximal != nullptr, PetscObjectComm((PetscObject)tao), PETSC_ERR_ORDER,
             "FISTA needs a proximal operator");
  PetscCheck(fista->lipschitz > 0, PetscObjectComm((PetscObject)tao), PETSC_ERR_ORDER,
             "FISTA needs a positive Lipschitz constant");
  Vec const x = tao->solution;
  Vec const v = fista->extrapolated;
  Vec const next = fista->next;
  Vec const work = fista->work;
  PetscReal const step = 1 / fista->lipschitz;
  tao->step = step;
  tao->niter = fista->iterations_before;
  tao->reason = TAO_CONTINUE_ITERATING;
  if (fista->iterations_before == 0) {
    fista->momentum = 1;
    PetscCall(VecCopy(x, v));
  }
  fista->iterations_before = 0;
  while (tao->reason == TAO_CONTINUE_ITERATING) {
    if (tao->ops->update != nullptr) PetscCall((*tao->ops->update)(tao, tao->niter, tao->user_update));
    PetscReal objective = 0;
    PetscCall(TaoComputeObjectiveAndGradient(tao, v, &objective, tao->gradient));
    PetscCall(VecWAXPY(work, -step, tao->gradient, v));
    PetscCall((*fista->proximal)(tao, step, work, next, fista->proximal_context));

    // v - x+ is the gradient mapping over L: against the direction of travel, momentum has overshot.
    PetscCall(VecAXPY(v, -1, next));
    PetscReal mapping = 0;
    PetscCall(VecNorm(v, NORM_2, &mapping));
    PetscCall(VecAYPX(x, -1, next));  // x+ - x
    PetscScalar alignment = 0;
    PetscCall(VecDot(v, x, &alignment));
    PetscReal factor = 0;
    if (PetscRealPart(alignment) > 0) {
      fista->momentum = 1;
    } else {
      PetscReal const next_momentum = (1 + std::sqrt(1 + 4 * fista->momentum * fista->momentum)) / 2;
      factor = (fista->momentum - 1) / next_momentum;
      fista->momentum = next_momentum;
    }
    PetscCall(VecWAXPY(v, factor, x, next));
    PetscCall(VecCopy(next, x));

    ++tao->niter;
    tao->fc = objective;
    tao->residual = fista->lipschitz * mapping;
    PetscCall(TaoLogConvergenceHistory(tao, tao->fc, tao->residual, 0, tao->ksp_its));
    PetscCall(TaoMonitor(tao, tao->niter, tao->fc, tao->residual, 0, step));
    PetscCall((*tao->ops->convergencetest)(tao, tao->cnvP));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode view_fista(Tao tao, PetscViewer viewer) {
  PetscFunctionBegin;
  auto const* const fista = static_cast<Fista const*>(tao->data);
  PetscBool is_text = PETSC_FALSE;
  PetscCall(PetscObjectTypeCompare((PetscObject)viewer, PETSCVIEWERASCII, &is_text));
  if (is_text == PETSC_TRUE)
    PetscCall(PetscViewerASCIIPrintf(viewer, "Lipschitz constant: %g\n", (double)fista->lipschitz));
  PetscFunctionReturn(0);
}

PetscErrorCode destroy_fista(Tao tao) {
  PetscFunctionBegin;
  auto* const fista = static_cast<Fista*>(tao->data);
  PetscCall(VecDestroy(&fista->extrapolated));
  PetscCall(VecDestroy(&fista->next));
  PetscCall(VecDestroy(&fista->work));
  delete fista;
  tao->data = nullptr;
  PetscFunctionReturn(0);
}

PetscErrorCode create_fista(Tao tao) {
  PetscFunctionBegin;
  tao->data = new Fista;
  tao->ops->setup = setup_fista;
  tao->ops->solve = solve_fista;
  tao->ops->view = view_fista;
  tao->ops->destroy = destroy_fista;
  if (tao->max_it_changed == PETSC_FALSE) tao->max_it = 20000;
  PetscFunctionReturn(0);
}

PetscErrorCode data_of(Tao tao, Fista*& fista) {
  PetscFunctionBegin;
  PetscBool is_fista = PETSC_FALSE;
  PetscCall(PetscObjectTypeCompare((PetscObject)tao, kTaoFista, &is_fista));
  PetscCheck(is_fista == PETSC_TRUE, PetscObjectComm((PetscObject)tao), PETSC_ERR_ARG_WRONG,
             "This solver is not of type fista");
  fista = static_cast<Fista*>(tao->data);
  PetscFunctionReturn(0);
}

}  // namespace

void register_fista() {
  linalg::check(TaoRegister(kTaoFista, create_fista));
}

PetscErrorCode set_proximal_operator(Tao tao, ProximalOperator apply, void* context) {
  PetscFunctionBegin;
  Fista* fista = nullptr;
  PetscCall(data_of(tao, fista));
  fista->proximal = apply;
  fista->proximal_context = context;
  PetscFunctionReturn(0);
}

PetscErrorCode get_momentum(Tao tao, PetscReal* momentum, Vec* extrapolated) {
  PetscFunctionBegin;
  Fista* fista = nullptr;
  PetscCall(data_of(tao, fista));
  *momentum = fista->momentum;
  *extrapolated = fista->extrapolated;
  PetscFunctionReturn(0);
}

PetscErrorCode continue_from(Tao tao, PetscInt iteration, PetscReal momentum) {
  PetscFunctionBegin;
  Fista* fista = nullptr;
  PetscCall(data_of(tao, fista));
  fista->iterations_before = iteration;
  fista->momentum = momentum;
  PetscFunctionReturn(0);
}

PetscErrorCode set_lipschitz_constant(Tao tao, PetscReal constant) {
  PetscFunctionBegin;
  Fista* fista = nullptr;
  PetscCall(data_of(tao, fista));
  fista->lipschitz = constant;
  PetscFunctionReturn(0);
}

}  // namespace thresher::prox
