#pragma once

#include "prox/design.hpp"
#include "prox/lasso.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>

namespace thresher::mixed_quality_lasso {

/// Orthogonal matching pursuit (Pati, Rezaiifar & Krishnaprasad 1993): `steps` times the column with the
/// largest |A_j.r|/||A_j||, each followed by a least-squares refit on the chosen columns (updated QR). One
/// pass over A a step. Ends early where no column is correlated with the residual; throws study::Interrupted
/// where the run wants to end. Collective; the same result on all ranks.
prox::SparseVector matching_pursuit(prox::Design const& design, std::span<double const> b, std::int64_t steps,
                                    study::Team& team);

}  // namespace thresher::mixed_quality_lasso
