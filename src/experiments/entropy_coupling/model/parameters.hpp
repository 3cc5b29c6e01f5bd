#pragma once

#include <cstdint>

namespace thresher::entropy_coupling {

/// The estimators. A row is an enumerator, the name that users give, and an object in the file of that name
/// in estimators/ (what it answers: estimators/method.hpp).
#define ENTROPY_COUPLING_ESTIMATORS(ROW) \
  ROW(list_greedy)                       \
  ROW(independent) ROW(independent_greedy) ROW(tie_break) ROW(joint_mec) ROW(codebook) ROW(exact)

enum class SymbolLaw { uniform, zipf, geometric, dirichlet, file };
enum class ObservationLaw { bernoulli, uniform, zipf, geometric, dirichlet, file };
enum class Estimator {
#define ENUMERATOR(name) name,
  ENTROPY_COUPLING_ESTIMATORS(ENUMERATOR)
#undef ENUMERATOR
};

struct InputLaws;

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
  InputLaws const* input = nullptr;  ///< the laws in the user's file, where there is one
};

}  // namespace thresher::entropy_coupling
