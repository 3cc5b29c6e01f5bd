#pragma once

#include "linalg/petsc.hpp"

#include <slepceps.h>
#include <slepcmfn.h>

namespace thresher::linalg {

using EigenSolver = Handle<EPS, EPSDestroy>;
using MatrixFunctionSolver = Handle<MFN, MFNDestroy>;

}  // namespace thresher::linalg
