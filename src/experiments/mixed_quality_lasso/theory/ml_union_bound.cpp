#include "experiments/mixed_quality_lasso/theory/ml_union_bound.hpp"

#include "numerics/log_binomial.hpp"
#include "numerics/root.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

namespace thresher::mixed_quality_lasso {

namespace {

/// A wrong support wins iff sum_i w_i (d_i^2 - 2 z_i d_i) < 0, where d_i ~ N(0, 2 m rho^2) is the difference
/// of the two fits and z_i the noise. The Laplace transform of this quadratic form at u > 0 is prod_g (1 +
/// linear_g u - square_g u^2)^{-n_g/2}.
class LossGap {
 public:
  LossGap(RecoveryProblem const& problem, std::span<double const> weights, double exchanged) {
    double const difference = 2 * exchanged * problem.rho * problem.rho;
    for (std::size_t g = 0; g < weights.size(); ++g) {
      auto const& block = problem.blocks[g];
      if (!(block.rows > 0) || !(weights[g] > 0)) continue;
      double const noise = weights[g] * block.sigma;
      double const linear = 2 * weights[g] * difference;
      double const square = 4 * difference * noise * noise;
      factors_.push_back({block.rows, linear, square});
      largest_ = std::min(largest_, (linear + std::sqrt(linear * linear + 4 * square)) / (2 * square));
    }
  }

  bool empty() const { return factors_.empty(); }

  /// The transform is finite on (0, largest).
  double largest() const { return largest_; }

  template <class Number>
  Number log_transform(Number u) const {
    Number sum = 0;
    // Both roots of a factor are real and on either side of Re u: the factor never meets the cut of the
    // logarithm.
    for (auto const& factor : factors_)
      sum -= 0.5 * factor.rows * std::log(1.0 + u * (factor.linear - factor.square * u));
    return sum;
  }

  struct Derivatives {
    double first;
    double second;
  };
  Derivatives derivatives(double u) const {
    Derivatives sum{0, 0};
    for (auto const& factor : factors_) {
      double const value = 1 + u * (factor.linear - factor.square * u);
      double const slope = (factor.linear - 2 * factor.square * u) / value;
      sum.first -= 0.5 * factor.rows * slope;
      sum.second += 0.5 * factor.rows * (slope * slope + 2 * factor.square / value);
    }
    return sum;
  }

 private:
  struct Factor {
    double rows;
    double linear;
    double square;
  };
  std::vector<Factor> factors_;
  double largest_ = std::numeric_limits<double>::infinity();
};

/// Minimum of the convex K(u) - log u over (0, largest), K being the log-transform.
double saddle_point(LossGap const& gap) {
  auto const rises = [&](double u) { return !(gap.derivatives(u).first < 1 / u); };
  return numerics::bisect(rises, {0, gap.largest()}, 60).middle();
}

}  // namespace

double log_pairwise_error(RecoveryProblem const& problem, std::span<double const> weights, double exchanged) {
  LossGap const gap(problem, weights, exchanged);
  if (gap.empty()) return -std::numbers::ln2;  // no data: a tie, won by either with probability 1/2

  // P(gap < 0) = (1/2 pi i) int e^{K(u)} du/u over the vertical line through the saddle point (Rice 1980,
  // "Distribution of quadratic forms in normal random variables: evaluation by numerical integration"). On u
  // = c + i b sinh(x) the trapezoidal rule converges geometrically, singularities being at least b away from
  // c.
  double const centre = saddle_point(gap);
  double const curvature = gap.derivatives(centre).second + 1 / (centre * centre);
  double const width = std::min({1 / std::sqrt(curvature), centre, gap.largest() - centre});
  double const peak = gap.log_transform(centre) - std::log(centre);
  double const step = 0.1, negligible = 1e-20;
  double sum = 0.5;
  for (int k = 1; k * step < 60; ++k) {
    double const x = k * step;
    std::complex<double> const u(centre, width * std::sinh(x));
    auto const term = std::exp(gap.log_transform(u) - std::log(u) - peak) * std::cosh(x);
    sum += term.real();
    if (std::abs(term) < negligible) break;
  }
  return peak + std::log(width * step * sum / std::numbers::pi);
}

double ml_failure_union_bound(RecoveryProblem const& problem, std::span<double const> weights) {
  double const null_count = problem.p - problem.s;
  double bound = 0;
  for (double m = 1; m <= std::min(problem.s, null_count) && bound < 1; ++m)
    bound += std::exp(numerics::log_binomial(problem.s, m) + numerics::log_binomial(null_count, m) +
                      log_pairwise_error(problem, weights, m));
  return std::min(bound, 1.0);
}

}  // namespace thresher::mixed_quality_lasso
