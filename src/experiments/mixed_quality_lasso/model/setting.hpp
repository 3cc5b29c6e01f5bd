#pragma once

#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "experiments/mixed_quality_lasso/model/problem.hpp"

#include <cstdint>

namespace thresher::mixed_quality_lasso {

/// The rows and noise levels that a point really uses.
struct Setting {
  std::int64_t n1 = 0;  ///< high-quality rows
  std::int64_t n2 = 0;  ///< low-quality rows
  double sigma1 = 1;
  double sigma2 = 1;
  std::int64_t n() const { return n1 + n2; }
};

/// n_ALG = 2 s log(p-s) + s + 1, the rows above which the LASSO recovers a signed support (Wainwright 2009,
/// Theorem 1; Chaabouni & Gamarnik, Theorem 3, for mixed noise). 1 <= s < p.
double algorithmic_threshold(double p, double s);

/// Rows that `theta` times the algorithmic threshold and a share of high-quality rows ask for: n first, then
/// n1, each rounded to the nearest integer, halves to even. Beyond 2^53 rows n stays at 2^53.
struct RowCounts {
  std::int64_t n1 = 0;
  std::int64_t n2 = 0;
};
RowCounts rows_at(double theta, double hq_fraction, double p, double s);

/// Resolves `theta`, `hq_fraction` and `sigma_avg`. Needs p > s >= 1, finite numbers and hq_fraction in [0,
/// 1]; whether the rows are admissible (n >= 1, n2 >= 1 with sigma_avg) is for the caller to check. Reads p,
/// s, n1, n2, theta, hq_fraction, sigma1, sigma2, sigma_avg.
Setting realise(Parameters const& parameters);

/// The point as theory sees it: two blocks, high quality first, of which one may be empty. Reads what
/// `realise` reads, and rho.
RecoveryProblem recovery_problem(Parameters const& parameters);

/// Half-width of the central difference in n1 that measures the slope of a line of equal recovery.
double iso_price_step(double n1);

}  // namespace thresher::mixed_quality_lasso
