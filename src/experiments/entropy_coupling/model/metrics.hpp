#pragma once

#include "study/experiment.hpp"

namespace thresher::entropy_coupling {

/// Measured in every trial. Ranges and meanings are declared in experiment.cpp.
struct Metrics {
  double h_bits = study::kUndefined;
  double zero = study::kUndefined;
  double h_frac = study::kUndefined;
  double efficiency = study::kUndefined;
  double m_zero = study::kUndefined;
  double m_excess = study::kUndefined;
  double m_excess_gen = study::kUndefined;
  double gap_bits = study::kUndefined;
  double bayes_error = study::kUndefined;
  double tv_extract = study::kUndefined;
  double impure_mass = study::kUndefined;
  double impure_cells = study::kUndefined;
  double boundaries = study::kUndefined;
  double n_eff = study::kUndefined;
  double h_p_bits = study::kUndefined;
  double h_q_sum_bits = study::kUndefined;
  double log2_inv_pmin = study::kUndefined;
  double h_info_bits = study::kUndefined;
  double h_lb_bits = study::kUndefined;
  double m_info = study::kUndefined;
  double m_vol = study::kUndefined;
  double m_lb = study::kUndefined;
  double m_dim = study::kUndefined;
  double m_gen = study::kUndefined;
  double m_ub = study::kUndefined;
  double seconds = study::kUndefined;
};

}  // namespace thresher::entropy_coupling
