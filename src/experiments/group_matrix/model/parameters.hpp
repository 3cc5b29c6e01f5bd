#pragma once

#include <cstdint>
#include <vector>

namespace thresher::group_matrix {

/// The methods. A row is an enumerator, the name that users give, and an object (what it answers:
/// estimators/method.hpp).
#define GROUP_MATRIX_METHODS(ROW) \
  ROW(game) ROW(global) ROW(separate) ROW(side_info) ROW(spectral_group) ROW(spectral_global) ROW(oracle)

/// Which rows belong together: two crossed factors, or blocks on a ring that overlap.
enum class GroupDesign { crossed, chain };
enum class Estimator {
#define ENUMERATOR(name) name,
  GROUP_MATRIX_METHODS(ENUMERATOR)
#undef ENUMERATOR
};
enum class Tuning { validation, oracle, fixed, universal };
/// What validation holds out: single entries, or all entries of pairs of a block and a column.
enum class HeldOut { entries, pairs };
enum class Solver { admm, prox_avg };

struct OwnMatrix;

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  GroupDesign design = GroupDesign::crossed;
  std::int64_t n_rows = 320;
  std::int64_t n_cols = 80;
  std::int64_t levels_1 = 4;
  std::int64_t levels_2 = 4;
  double overlap = 0.5;
  std::int64_t rank_shared = 0;
  std::int64_t rank_1 = 1;
  std::int64_t rank_2 = 1;
  double distinctness = 1;
  double score_mean = 0;
  double density = 0.3;
  double density_ratio = 1;
  double block_fraction = 0;
  double noise_sd = 0.5;

  Estimator method = Estimator::game;
  double weight_mix = 0.5;
  double weight_root = 0;
  Tuning tuning = Tuning::validation;
  double lambda_fraction = 0.1;
  double lambda_first = 0.5;
  double lambda_last = 0.02;
  std::int64_t lambda_count = 10;
  double val_fraction = 0.15;
  HeldOut val_split = HeldOut::entries;
  Solver solver = Solver::admm;
  std::int64_t rank_cap = 0;
  double pa_step = 1;
  double rho = 0.3;
  double tol = 0;
  std::int64_t max_iterations = 1000;
  double side_ridge = 1;
  std::int64_t svd_passes = 1;
  std::int64_t svd_oversample = 8;

  OwnMatrix const* input = nullptr;  ///< what is known of the user's matrix, where there is one
};

}  // namespace thresher::group_matrix
