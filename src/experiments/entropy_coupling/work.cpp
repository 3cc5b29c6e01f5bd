#include "experiments/entropy_coupling/work.hpp"

#include "experiments/entropy_coupling/data/data.hpp"
#include "experiments/entropy_coupling/estimators/vertex_enumeration.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::entropy_coupling {

namespace {

// Seconds of one core for a pass over one atom of a combinatorial step, as flops that take as long.
constexpr double kFlopsPerAtom = 60;

double symbols(Parameters const& point) {
  return static_cast<double>(point.n);
}

double law_bytes(Parameters const& point) {
  return 8 * symbols(point) + 8 * static_cast<double>(point.k * point.m_cap);
}

/// Observations until nothing is left to be told, from the entropy of a typical observation.
double observations_needed(Parameters const& point) {
  double bits = 0;
  if (point.q_kind == ObservationLaw::bernoulli) {
    for (double const q : {point.q_bias, 1 - point.q_bias}) bits -= q * std::log2(std::clamp(q, 1e-6, 1.0));
  } else {
    bits = 0.8 * std::log2(static_cast<double>(point.k));
  }
  return std::min(static_cast<double>(point.m_cap), std::log2(symbols(point) + 1) / std::max(bits, 0.01) + 6);
}

}  // namespace

study::Cost data_cost(Parameters const& point) {
  study::Cost cost;
  cost.bytes_per_rank = law_bytes(point) + 24 * symbols(point);
  cost.normals = point.p_jitter > 0 ? symbols(point) : 0;
  cost.flops = 40 * symbols(point) + 60 * static_cast<double>(point.p_samples);
  cost.bytes_streamed = 8 * cost.flops / 10;
  return cost;
}

study::Cost bounds_cost(Parameters const& point) {
  study::Cost cost;
  bool const many_costs = observation_law_is_random(point) && point.q_hetero;
  cost.bytes_per_rank = law_bytes(point) + (24 + (many_costs ? 64 : 0)) * symbols(point);
  cost.flops = 150 * symbols(point) + (many_costs ? 100 * symbols(point) * observations_needed(point) : 0) +
               20 * static_cast<double>(point.k) * static_cast<double>(point.m_cap);
  return cost;
}

study::Cost search_cost(Parameters const& point, int ranks) {
  study::Cost cost;
  cost.bytes_per_rank = law_bytes(point);
  double const n = symbols(point);
  double const steps = observations_needed(point);
  double const values = std::min(static_cast<double>(point.k), 16.0);
  switch (point.estimator) {
    case Estimator::list_greedy:
      // The first steps hold everything on one rank, with shards or without.
      cost.bytes_per_rank += (140 + 12 * values) * n;
      cost.flops = 4 * kFlopsPerAtom * n * steps;
      break;
    case Estimator::tie_break:
      cost.bytes_per_rank += (210 + 12 * values) * n;
      cost.flops =
          4 * kFlopsPerAtom * n * steps * static_cast<double>(std::max<std::int64_t>(1, point.dep_last));
      break;
    case Estimator::independent:
      cost.bytes_per_rank += 64 * n;
      cost.flops = kFlopsPerAtom * n * static_cast<double>(point.m_cap);
      break;
    case Estimator::codebook: {
      double const codewords = static_cast<double>(point.cb_ratio_max) * n;
      double const words = std::ceil(steps * std::ceil(std::log2(static_cast<double>(point.k))) / 64);
      double const dimension = steps * static_cast<double>(point.k - 1);
      double const held = dimension <= 2000 ? 48 * dimension * dimension : 0;
      cost.bytes_per_rank += codewords * (16 * words + 60) + codewords * 40 / ranks + held;
      cost.flops = 2 * n * (2 * steps * 60 + 15 * steps * steps);
      break;
    }
    case Estimator::independent_greedy:
    case Estimator::joint_mec:
    case Estimator::exact:
      break;
  }
  return cost;
}

study::Cost reading_cost(Parameters const& point) {
  study::Cost cost;
  double const n = symbols(point);
  cost.bytes_per_rank = law_bytes(point) + 16 * n;
  double const m = static_cast<double>(point.m);
  if (point.estimator == Estimator::joint_mec) {
    cost.bytes_per_rank += 60 * n;
    cost.flops = kFlopsPerAtom * n * m;
  } else if (point.estimator == Estimator::independent_greedy) {
    double const cells =
        std::min(static_cast<double>(point.ind_cells_max), std::pow(static_cast<double>(point.k), m));
    cost.bytes_per_rank += 60 * (n + cells);
    cost.flops = 2 * kFlopsPerAtom * (n + cells);
  } else if (point.estimator == Estimator::exact) {
    std::vector<std::int64_t> const sizes(static_cast<std::size_t>(point.m), point.k);
    cost.flops = 200 * std::min(candidate_bases(point.n, sizes), static_cast<double>(point.exact_max_bases));
  }
  return cost;
}

}  // namespace thresher::entropy_coupling
