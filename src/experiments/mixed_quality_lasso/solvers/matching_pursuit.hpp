#pragma once

#include "prox/design.hpp"
#include "prox/lasso.hpp"

#include <cstdint>
#include <functional>
#include <span>

namespace thresher::mixed_quality_lasso {

/// Called before every step with the part that is done (0..1) and the columns chosen so far, in order. May
/// throw, on all ranks together.
using BeforeStep = std::function<void(double part, std::span<std::int64_t const> chosen)>;

/// Orthogonal matching pursuit (Pati, Rezaiifar & Krishnaprasad 1993): `steps` times the column with the
/// largest |A_j.r|/||A_j||, each followed by a least-squares refit on the chosen columns (updated QR). One
/// pass over A a step. Ends early where no column is correlated with the residual. The columns `first` are
/// taken as chosen by the first steps: with those of an earlier call it goes on as that would have.
/// Collective; the same result on all ranks.
prox::SparseVector matching_pursuit(prox::Design const& design, std::span<double const> b, std::int64_t steps,
                                    std::span<std::int64_t const> first, BeforeStep const& before_step);

}  // namespace thresher::mixed_quality_lasso
