#pragma once

#include "experiments/hawkes_network/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::hawkes_network {

/// Memory per rank and work of the stages of a trial on `ranks`.
study::Cost data_cost(Parameters const& point, int ranks);
study::Cost screening_cost(Parameters const& point, int ranks);
study::Cost fit_cost(Parameters const& point, int ranks);
study::Cost decision_cost(Parameters const& point, int ranks);

}  // namespace thresher::hawkes_network
