#pragma once

#include "experiments/implicit_regularization/model/metrics.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"

#include <array>

namespace thresher::implicit_regularization {

/// Where the fits of a candidate are told.
struct CandidateMetrics {
  double Metrics::*coefficient = nullptr;
  double Metrics::*r2 = nullptr;
  double Metrics::*joint_coefficient = nullptr;
};

inline CandidateMetrics const& metrics_of(Candidate candidate) {
  static constexpr std::array<CandidateMetrics, kCandidates> kMetrics{
      {{},
#define MEMBERS(name) {&Metrics::coef_##name, &Metrics::r2_##name, &Metrics::joint_coef_##name},
       IMPLICIT_REGULARIZATION_CANDIDATES(MEMBERS)
#undef MEMBERS
      }};
  return kMetrics[static_cast<std::size_t>(candidate)];
}

}  // namespace thresher::implicit_regularization
