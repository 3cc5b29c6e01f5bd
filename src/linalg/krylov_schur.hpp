#pragma once

#include "linalg/extreme_eigenpairs.hpp"

namespace thresher::linalg {

/// What a run looks for: `count` pairs that are extreme, or half as many at each end of the spectrum, all of
/// them or those of the end with the wider gap.
enum class Wanted { extreme, both_ends, wider_gap };

/// One run of SLEPc's Krylov-Schur solver in the complement of the columns of `own_excluded`. All Ritz values
/// of its last cycle go to `ritz_values` where that is given. Collective.
ExtremeEigenpairs krylov_schur(PanelOperator const& op, std::span<double const> own_start,
                               ConstMatrixView own_excluded, ExtremeOptions const& options,
                               Wanted looked_for = Wanted::extreme,
                               std::vector<double>* ritz_values = nullptr);

}  // namespace thresher::linalg
