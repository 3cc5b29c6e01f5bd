#pragma once

#include "linalg/petsc.hpp"

#include <petsctao.h>

#include <exception>
#include <string>

namespace thresher::prox {

using TaoSolver = linalg::Handle<Tao, TaoDestroy>;

/// Runs what may throw inside a callback of TAO.
template <class Work>
PetscErrorCode guarded(Tao tao, Work work) {
  PetscFunctionBegin;
  try {
    work();
  } catch (std::exception const& error) {
    SETERRQ(PetscObjectComm((PetscObject)tao), PETSC_ERR_LIB, "%s", error.what());
  }
  PetscFunctionReturn(0);
}

/// Reads the solver's options without a prefix, then those with it. Collective.
inline void set_from_options(Tao tao, std::string const& prefix) {
  linalg::check(TaoSetOptionsPrefix(tao, nullptr));
  linalg::check(TaoSetFromOptions(tao));
  linalg::check(TaoSetOptionsPrefix(tao, prefix.c_str()));
  linalg::check(TaoSetFromOptions(tao));
}

}  // namespace thresher::prox
