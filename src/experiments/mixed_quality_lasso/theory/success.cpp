#include "experiments/mixed_quality_lasso/theory/success.hpp"

#include "numerics/normal_tails.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::mixed_quality_lasso {

double wilson_hilferty(double degrees, double x) {
  double const h = 2 / (9 * degrees);
  double const root = std::max(1 - h + x * std::sqrt(h), 1e-3);
  return degrees * root * root * root;
}

Fluctuation::Fluctuation(RecoveryProblem const& problem, SupportEquivalent const& support)
    : null_count_(problem.p - problem.s),
      support_size_(problem.s),
      rho_(problem.rho),
      log_twice_null_count_(std::log(2 * null_count_)),
      log_support_size_(std::log(support_size_)),
      support_(support) {
  auto const& rule = hermite_rule();
  for (std::size_t k = 0; k < kHermiteNodes; ++k) {
    curvature_[k] = wilson_hilferty(support.surplus_rows + 1, rule.nodes[k]) / support.surplus_rows;
    noise_power_[k] = wilson_hilferty(support.noise_degrees, rule.nodes[k]) / support.noise_degrees;
  }
}

void Fluctuation::margins(LassoEquivalent const& lasso, std::size_t first, Margins& dual,
                          Margins& sign) const {
  auto const& nodes = hermite_pairs();
  double const shrinkage = rho_ / lasso.nu;
  // Gathered before the arithmetic, which then runs in vectors.
  for (std::size_t k = 0; k < kTogether; ++k) {
    dual[k] = noise_power_[nodes[first + k].second];
    sign[k] = curvature_[nodes[first + k].first];
  }
  for (std::size_t k = 0; k < kTogether; ++k) {
    double const a = sign[k];
    dual[k] = 1 / std::sqrt(lasso.v_interference / a + lasso.v_noise * dual[k]);
    sign[k] = (shrinkage * a - 1) * dual[k];
  }
}

template <class Settled>
double Fluctuation::probability(double lambda, Settled const& settled) const {
  auto const lasso = lasso_equivalent(support_, support_size_, lambda);
  auto const& nodes = hermite_pairs();
  double probability = 0;
  Margins dual, sign;
  for (std::size_t first = 0; first < kNodes; first += kTogether) {
    if (settled(probability, nodes[first].weight_left)) break;
    margins(lasso, first, dual, sign);
    for (auto& margin : sign) margin = -margin;
    numerics::log_normal_centrals(dual);
    numerics::log_normal_upper_tails(sign);
    for (std::size_t k = 0; k < kTogether; ++k) dual[k] = null_count_ * dual[k] + support_size_ * sign[k];
    numerics::exponentials(dual);
    for (std::size_t k = 0; k < kTogether; ++k) probability += nodes[first + k].weight * dual[k];
  }
  return probability;
}

double Fluctuation::success(double lambda) const {
  auto const negligible = [](double found, double weight_left) { return weight_left < 1e-17 * found; };
  return std::min(probability(lambda, negligible), 1.0);
}

bool Fluctuation::reaches(double level, double lambda) const {
  double const rounding = 1e-12;
  auto const settled = [&](double found, double weight_left) {
    return found >= level || found + weight_left < level - rounding || weight_left < 1e-17 * found;
  };
  return probability(lambda, settled) >= level;
}

double Fluctuation::largest_exponent(LassoEquivalent const& lasso) const {
  auto const& nodes = hermite_pairs();
  auto const half_square = [](double margin) { return margin > 0 ? 0.5 * margin * margin : 0; };
  double largest = -std::numeric_limits<double>::infinity();
  Margins dual, sign;
  for (std::size_t first = 0; first < kNodes; first += kTogether) {
    margins(lasso, first, dual, sign);
    for (std::size_t k = 0; k < kTogether; ++k)
      largest = std::max({largest, nodes[first + k].log_weight + log_twice_null_count_ - half_square(dual[k]),
                          nodes[first + k].log_weight + log_support_size_ - half_square(sign[k])});
  }
  return largest;
}

Fluctuation::Sums Fluctuation::sums(LassoEquivalent const& lasso, double log_scale, double ceiling) const {
  auto const& nodes = hermite_pairs();
  Margins dual, sign, log_weight;
  auto const weigh = [&](std::size_t first, double log_count) {
    for (std::size_t k = 0; k < kTogether; ++k)
      log_weight[k] = nodes[first + k].log_weight + log_count - log_scale;
  };
  Sums sums;
  double const all_errors = (2 * null_count_ + support_size_) * std::exp(-log_scale);
  double const negligible = 1e-14;
  for (std::size_t first = 0; first < kNodes && sums.total() <= ceiling; first += kTogether) {
    // No node adds more errors than there can be, times its weight.
    if (all_errors * nodes[first].weight_left < negligible * sums.total()) break;
    margins(lasso, first, dual, sign);
    weigh(first, log_twice_null_count_);
    numerics::weighted_normal_upper_tails(dual, log_weight);
    weigh(first, log_support_size_);
    numerics::weighted_normal_upper_tails(sign, log_weight);
    for (std::size_t k = 0; k < kTogether; ++k) {
      sums.false_positives += dual[k];
      sums.false_negatives += sign[k];
    }
  }
  return sums;
}

Fluctuation::ExpectedErrors Fluctuation::expected_errors(double lambda, double log_ceiling) const {
  auto const lasso = lasso_equivalent(support_, support_size_, lambda);
  double const infinity = std::numeric_limits<double>::infinity();
  double const certainly_more = 1 + 1e-9;
  double const almost_underflow = 1e-200;
  double log_scale = log_ceiling;
  double ceiling = certainly_more;
  Sums found;
  if (log_ceiling < infinity) found = sums(lasso, log_scale, ceiling);
  if (found.total() < almost_underflow) {
    log_scale = largest_exponent(lasso);
    ceiling = infinity;
    found = sums(lasso, log_scale, ceiling);
  }
  return {log_scale + std::log(found.false_positives), log_scale + std::log(found.false_negatives),
          found.total() > ceiling ? infinity : log_scale + std::log(found.total())};
}

double lasso_success(RecoveryProblem const& problem, std::span<double const> weights, double lambda) {
  auto const support = support_equivalent(problem.blocks, weights, problem.s);
  return support ? Fluctuation(problem, *support).success(lambda) : 0.0;
}

bool lasso_reaches(RecoveryProblem const& problem, std::span<double const> weights, double lambda,
                   double level) {
  auto const support = support_equivalent(problem.blocks, weights, problem.s);
  return support && Fluctuation(problem, *support).reaches(level, lambda);
}

}  // namespace thresher::mixed_quality_lasso
