#include "linalg/tiling.hpp"

#include "linalg/petsc.hpp"

namespace thresher::linalg {

bool is_worth_tiling(int ranks, std::int64_t size, std::int64_t largest_local) {
#if defined(PETSC_HAVE_SCALAPACK)
  return ranks > 1 && size > largest_local;
#else
  static_cast<void>(ranks), static_cast<void>(size), static_cast<void>(largest_local);
  return false;
#endif
}

}  // namespace thresher::linalg
