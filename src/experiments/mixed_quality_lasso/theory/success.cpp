#include "experiments/mixed_quality_lasso/theory/success.hpp"

#include "numerics/normal_tails.hpp"
#include "numerics/stable_functions.hpp"

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
    : null_count_(problem.p - problem.s), support_size_(problem.s), rho_(problem.rho), support_(support) {
  std::array<double, kHermiteNodes> curvature;
  std::array<double, kHermiteNodes> noise_power;
  auto const& rule = hermite_rule();
  for (std::size_t k = 0; k < kHermiteNodes; ++k) {
    curvature[k] = wilson_hilferty(support.surplus_rows + 1, rule.nodes[k]) / support.surplus_rows;
    noise_power[k] = wilson_hilferty(support.noise_degrees, rule.nodes[k]) / support.noise_degrees;
  }
  auto const& nodes = hermite_pairs();
  for (std::size_t k = 0; k < kNodes; ++k) {
    curvature_[k] = curvature[nodes[k].first];
    noise_power_[k] = noise_power[nodes[k].second];
  }
}

void Fluctuation::margins(LassoEquivalent const& lasso, std::size_t first, Margins& dual,
                          Margins& sign) const {
  double const shrinkage = rho_ / lasso.nu;
  for (std::size_t k = 0; k < kTogether; ++k) {
    double const a = curvature_[first + k];
    dual[k] = 1 / std::sqrt(lasso.v_interference / a + lasso.v_noise * noise_power_[first + k]);
    sign[k] = (shrinkage * a - 1) * dual[k];
  }
}

double Fluctuation::success(double lambda) const {
  auto const lasso = lasso_equivalent(support_, support_size_, lambda);
  auto const& nodes = hermite_pairs();
  double probability = 0;
  double weight_left = 1;
  Margins dual, sign;
  for (std::size_t first = 0; first < kNodes; first += kTogether) {
    // No node adds more than its weight.
    if (weight_left < 1e-17 * probability) break;
    margins(lasso, first, dual, sign);
    for (auto& margin : sign) margin = -margin;
    numerics::log_normal_centrals(dual);
    numerics::log_normal_upper_tails(sign);
    for (std::size_t k = 0; k < kTogether; ++k) dual[k] = null_count_ * dual[k] + support_size_ * sign[k];
    numerics::exponentials(dual);
    for (std::size_t k = 0; k < kTogether; ++k) {
      probability += nodes[first + k].weight * dual[k];
      weight_left -= nodes[first + k].weight;
    }
  }
  return std::min(probability, 1.0);
}

Fluctuation::ExpectedErrors Fluctuation::expected_errors(double lambda, double log_ceiling) const {
  auto const lasso = lasso_equivalent(support_, support_size_, lambda);
  auto const& nodes = hermite_pairs();
  double const certainly_more = 1 + 1e-9;
  double const log_twice_null_count = std::log(2 * null_count_);
  double const log_support_size = std::log(support_size_);
  std::array<double, kNodes> positives;
  std::array<double, kNodes> negatives;
  Margins dual, sign;
  double relative_to_ceiling = 0;
  std::size_t done = 0;
  while (done < kNodes && relative_to_ceiling <= certainly_more) {
    margins(lasso, done, dual, sign);
    numerics::log_normal_upper_tails(dual);
    numerics::log_normal_upper_tails(sign);
    for (std::size_t k = 0; k < kTogether; ++k) {
      positives[done + k] = nodes[done + k].log_weight + log_twice_null_count + dual[k];
      negatives[done + k] = nodes[done + k].log_weight + log_support_size + sign[k];
      // Of the two the larger, less would do; what is far above the ceiling may not overflow.
      dual[k] = std::min(std::max(positives[done + k], negatives[done + k]) - log_ceiling, 700.0);
    }
    numerics::exponentials(dual);
    for (double const ratio : dual) relative_to_ceiling += ratio;
    done += kTogether;
  }
  auto const log_sum = [&](std::array<double, kNodes>& terms) {
    auto const used = std::span(terms).first(done);
    double const largest = *std::ranges::max_element(used);
    for (double& term : used) term -= largest;
    numerics::exponentials(used);
    double sum = 0;
    for (double const term : used) sum += term;
    return largest + std::log(sum);
  };
  ExpectedErrors errors{log_sum(positives), log_sum(negatives), std::numeric_limits<double>::infinity()};
  if (relative_to_ceiling <= certainly_more)
    errors.log_total =
        numerics::log_sum_exp(std::array{errors.log_false_positives, errors.log_false_negatives});
  return errors;
}

double lasso_success(RecoveryProblem const& problem, std::span<double const> weights, double lambda) {
  auto const support = support_equivalent(problem.blocks, weights, problem.s);
  return support ? Fluctuation(problem, *support).success(lambda) : 0.0;
}

}  // namespace thresher::mixed_quality_lasso
