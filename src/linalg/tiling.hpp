#pragma once

#include <cstdint>

namespace thresher::linalg {

/// Largest symmetric matrix that one rank of a team keeps for all of them: with its factor and a copy in
/// flight it takes 1.6 GB. Sizes alone decide, not the memory at hand, so that the bits of a team's results
/// are the same on every machine.
inline constexpr std::int64_t kLargestLocalMatrix = 8192;

/// Whether a team should spread a symmetric matrix of this size over its ranks (as a TiledMatrix), of which
/// `largest_local` is the largest that it would not. Never where there is a single rank, or a PETSc without
/// ScaLAPACK.
bool is_worth_tiling(int ranks, std::int64_t size, std::int64_t largest_local = kLargestLocalMatrix);

}  // namespace thresher::linalg
