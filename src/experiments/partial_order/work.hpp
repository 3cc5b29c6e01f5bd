#pragma once

#include "experiments/partial_order/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::partial_order {

/// Memory per rank and work of the stages, what lives from the stages before included.
study::Cost data_cost(Parameters const& point, study::Resources const& resources);
study::Cost reference_cost(Parameters const& point, study::Resources const& resources);
study::Cost fit_cost(Parameters const& point, study::Resources const& resources);
study::Cost reading_cost(Parameters const& point, study::Resources const& resources);

}  // namespace thresher::partial_order
