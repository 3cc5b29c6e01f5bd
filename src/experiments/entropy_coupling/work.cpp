#include "experiments/entropy_coupling/work.hpp"

#include "experiments/entropy_coupling/data/data.hpp"
#include "experiments/entropy_coupling/estimators/cost.hpp"

namespace thresher::entropy_coupling {

study::Cost data_cost(Parameters const& point) {
  study::Cost cost;
  cost.bytes_per_rank = law_bytes(point) + 24 * symbol_count(point);
  cost.normals = point.p_jitter > 0 ? symbol_count(point) : 0;
  cost.flops = 40 * symbol_count(point) + 60 * static_cast<double>(point.p_samples);
  cost.bytes_streamed = 8 * cost.flops / 10;
  return cost;
}

study::Cost bounds_cost(Parameters const& point) {
  study::Cost cost;
  bool const many_costs = observation_law_is_random(point) && point.q_hetero;
  cost.bytes_per_rank = law_bytes(point) + (24 + (many_costs ? 64 : 0)) * symbol_count(point);
  cost.flops = 150 * symbol_count(point) +
               (many_costs ? 100 * symbol_count(point) * observations_needed(point) : 0) +
               20 * static_cast<double>(point.k) * static_cast<double>(point.m_cap);
  return cost;
}

}  // namespace thresher::entropy_coupling
