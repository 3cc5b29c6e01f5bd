#pragma once

#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/exact_posterior.hpp"
#include "study/experiment.hpp"

#include <string>

namespace thresher::partial_order {

/// The posterior of the point's lists, computed on rank 0 and known to all. For method = exact and for
/// fidelity. Collective.
ExactPosterior exact_by_one(Parameters const& point, Sequences const& lists, study::Team& team);

/// Refuses points whose posterior cannot be enumerated; `what` wants it ("fidelity = 1").
void refuse_inexact(std::string const& what, Parameters const& point, study::Verdict& verdict);

study::Cost exact_cost(Parameters const& point);

}  // namespace thresher::partial_order
