#include "experiments/entropy_coupling/estimators/cost.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::entropy_coupling {

double symbol_count(Parameters const& point) {
  return static_cast<double>(point.n);
}

double law_bytes(Parameters const& point) {
  return 8 * symbol_count(point) + 8 * static_cast<double>(point.k * point.m_cap);
}

double observations_needed(Parameters const& point) {
  double bits = 0;
  if (point.q_kind == ObservationLaw::bernoulli) {
    for (double const q : {point.q_bias, 1 - point.q_bias}) bits -= q * std::log2(std::clamp(q, 1e-6, 1.0));
  } else {
    bits = 0.8 * std::log2(static_cast<double>(point.k));
  }
  return std::min(static_cast<double>(point.m_cap),
                  std::log2(symbol_count(point) + 1) / std::max(bits, 0.01) + 6);
}

double values_of_step(Parameters const& point) {
  return std::min(static_cast<double>(point.k), 16.0);
}

}  // namespace thresher::entropy_coupling
