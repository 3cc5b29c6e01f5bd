#include "experiments/entropy_coupling/solvers/backtracking_line_search.hpp"

#include "linalg/petsc.hpp"

#include <petsc/private/taolinesearchimpl.h>

#include <cmath>

namespace thresher::entropy_coupling {

namespace {

constexpr char const* kName = "thresher_backtracking";
constexpr double kSufficientDecrease = 1e-4;
constexpr double kShortestStep = 1e-10;
constexpr double kRounding = 1e-14;

PetscErrorCode apply(TaoLineSearch search, Vec x, PetscReal* objective, Vec gradient, Vec direction) {
  PetscFunctionBegin;
  PetscReal slope = 0;
  PetscCall(VecDot(gradient, direction, &slope));
  if (!(slope < 0)) {
    search->reason = std::isfinite(slope) ? TAOLINESEARCH_FAILED_ASCENT : TAOLINESEARCH_FAILED_INFORNAN;
    PetscFunctionReturn(0);
  }
  Vec start = nullptr;
  PetscCall(VecDuplicate(x, &start));
  PetscCall(VecCopy(x, start));
  PetscReal const before = *objective;
  search->reason = TAOLINESEARCH_HALTED_LOWERBOUND;
  for (PetscReal step = 1; step >= kShortestStep; step /= 2) {
    PetscCall(VecWAXPY(x, step, direction, start));
    PetscCall(TaoLineSearchComputeObjectiveAndGradient(search, x, objective, gradient));
    if (*objective <= before + kSufficientDecrease * step * slope || std::abs(step * slope) < kRounding) {
      search->step = step;
      search->reason = TAOLINESEARCH_SUCCESS;
      break;
    }
  }
  if (search->reason != TAOLINESEARCH_SUCCESS) {
    PetscCall(VecCopy(start, x));
    PetscCall(TaoLineSearchComputeObjectiveAndGradient(search, x, objective, gradient));
  }
  PetscCall(VecDestroy(&start));
  PetscFunctionReturn(0);
}

PetscErrorCode create(TaoLineSearch search) {
  PetscFunctionBegin;
  search->ops->setup = nullptr;
  search->ops->reset = nullptr;
  search->ops->apply = apply;
  search->ops->view = nullptr;
  search->ops->destroy = nullptr;
  search->ops->setfromoptions = nullptr;
  search->ops->monitor = nullptr;
  PetscFunctionReturn(0);
}

}  // namespace

void set_backtracking(TaoLineSearch line_search) {
  // The registry belongs to PETSc's session; registering again under the same name replaces the entry.
  linalg::check(TaoLineSearchRegister(kName, create));
  linalg::check(TaoLineSearchSetType(line_search, kName));
}

}  // namespace thresher::entropy_coupling
