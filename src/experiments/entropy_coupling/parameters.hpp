#pragma once

#include "study/experiment.hpp"

#include <cstdint>

namespace thresher::entropy_coupling {

enum class SymbolLaw { uniform, zipf, geometric, dirichlet, file };
enum class ObservationLaw { bernoulli, uniform, zipf, geometric, dirichlet, file };
enum class Estimator { list_greedy, independent, independent_greedy, tie_break, joint_mec, codebook, exact };

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  std::int64_t n = 64;
  SymbolLaw p_kind = SymbolLaw::dirichlet;
  double p_alpha = 1;
  double p_exponent = 1;
  double p_ratio = 0.8;
  double p_jitter = 0;
  double p_floor = 1e-6;
  std::int64_t p_samples = 0;
  ObservationLaw q_kind = ObservationLaw::bernoulli;
  std::int64_t k = 2;
  double q_bias = 0.3;
  double q_exponent = 1;
  double q_ratio = 0.5;
  double q_alpha = 2;
  double q_jitter = 0;
  double q_floor = 0.01;
  bool q_hetero = false;
  std::int64_t mass_bits = 52;
  std::int64_t m_cap = 128;
  Estimator estimator = Estimator::list_greedy;
  std::int64_t dep_last = 1;
  std::int64_t refresh = 64;
  std::int64_t shards = 1;
  std::int64_t cb_ratio_max = 8;
  std::int64_t cb_tries = 2;
  std::int64_t exact_max_bases = 200000;
  std::int64_t ind_cells_max = 65536;
  std::int64_t m = 8;
};

using study::kUndefined;

/// Measured in every trial. Ranges and meanings are declared in experiment.cpp.
struct Metrics {
  double h_bits = kUndefined;
  double zero = kUndefined;
  double h_frac = kUndefined;
  double efficiency = kUndefined;
  double m_zero = kUndefined;
  double m_excess = kUndefined;
  double m_excess_gen = kUndefined;
  double gap_bits = kUndefined;
  double bayes_error = kUndefined;
  double tv_extract = kUndefined;
  double impure_mass = kUndefined;
  double impure_cells = kUndefined;
  double boundaries = kUndefined;
  double n_eff = kUndefined;
  double h_p_bits = kUndefined;
  double h_q_sum_bits = kUndefined;
  double log2_inv_pmin = kUndefined;
  double h_info_bits = kUndefined;
  double h_lb_bits = kUndefined;
  double m_info = kUndefined;
  double m_vol = kUndefined;
  double m_lb = kUndefined;
  double m_dim = kUndefined;
  double m_gen = kUndefined;
  double m_ub = kUndefined;
  double seconds = kUndefined;
};

/// What theory gives for a point.
struct Predictions {
  double h_q_bits = kUndefined;
  double h_p_mean_bits = kUndefined;
  double h_info_mean_bits = kUndefined;
  double h_ind_mean_bits = kUndefined;
  double h_exact2_bits = kUndefined;
  double h_exact2_mean_bits = kUndefined;
  double zero_prob_exact2 = kUndefined;
  double m_shift_lb = kUndefined;
  double m_shift_ub = kUndefined;
};

}  // namespace thresher::entropy_coupling
