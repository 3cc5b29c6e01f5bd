#pragma once

#include <cstdint>
#include <string>

namespace thresher::mixed_quality_lasso {

/// The estimators. A row is an enumerator, the name that users give, and an object in the file of that name
/// in estimators/ (what it answers: estimators/method.hpp).
#define MIXED_QUALITY_LASSO_ESTIMATORS(ROW) \
  ROW(lasso) ROW(lasso_path) ROW(pdw) ROW(amp) ROW(omp) ROW(max_corr) ROW(ml_exhaustive) ROW(ml_swap)

enum class Signal { binary, signed_values };
enum class Estimator {
#define ENUMERATOR(name) name,
  MIXED_QUALITY_LASSO_ESTIMATORS(ENUMERATOR)
#undef ENUMERATOR
};
enum class Weighting { agnostic, inverse_variance, interference, residual, hq_only };
enum class LambdaRule { geometric, wainwright, universal, fixed, tuned };
enum class Solver { working_set, fista };
enum class Storage { dense, regenerate };

struct UserShape;

/// Inputs of one point. Names, ranges and meanings are declared in experiment.cpp.
struct Parameters {
  std::int64_t p = 512;
  std::int64_t s = 8;
  std::int64_t n1 = 100;
  std::int64_t n2 = 100;
  double theta = 0;
  double hq_fraction = 0.5;
  double sigma1 = 0.25;
  double sigma2 = 1.0;
  double sigma_avg = 0;
  double rho = 1;
  Signal signal = Signal::binary;
  Estimator estimator = Estimator::lasso;
  Weighting weighting = Weighting::agnostic;
  LambdaRule lambda_rule = LambdaRule::geometric;
  double lambda_scale = 1;
  std::int64_t n_lambda = 60;
  double lambda_min_ratio = 0.02;
  double delta = 0.25;
  double tol = 1e-9;
  std::int64_t max_iter = 20000;
  Solver solver = Solver::working_set;
  Storage storage = Storage::dense;
  std::int64_t ml_restarts = 1;
  std::int64_t amp_iters = 500;
  double iso_level = 0;
  std::int64_t iso_draws = 40;
  UserShape const* input = nullptr;  ///< the user's data, where there are any

  bool operator==(Parameters const&) const = default;
};

}  // namespace thresher::mixed_quality_lasso
