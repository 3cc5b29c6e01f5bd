#include "experiments/mixed_quality_lasso/theory/success.hpp"

#include "numerics/normal.hpp"

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
      support_(support),
      curvature_(),
      noise_power_() {
  auto const& rule = hermite_rule();
  for (std::size_t k = 0; k < kHermiteNodes; ++k) {
    curvature_[k] = wilson_hilferty(support.surplus_rows + 1, rule.nodes[k]) / support.surplus_rows;
    noise_power_[k] = wilson_hilferty(support.noise_degrees, rule.nodes[k]) / support.noise_degrees;
  }
}

Fluctuation::Margins Fluctuation::margins(HermitePair const& node, LassoEquivalent const& lasso) const {
  double const a = curvature_[node.first];
  double const dual = 1 / std::sqrt(lasso.v_interference / a + lasso.v_noise * noise_power_[node.second]);
  return {dual, (rho_ * a / lasso.nu - 1) * dual};
}

double Fluctuation::success(double lambda) const {
  auto const lasso = lasso_equivalent(support_, support_size_, lambda);
  double probability = 0;
  for (auto const& node : hermite_pairs()) {
    auto const margin = margins(node, lasso);
    probability += node.weight * std::exp(null_count_ * numerics::log_normal_central(margin.dual) +
                                          support_size_ * numerics::log_normal_cdf(margin.sign));
  }
  return std::min(probability, 1.0);
}

double Fluctuation::log_expected_errors(double lambda, double ceiling) const {
  auto const lasso = lasso_equivalent(support_, support_size_, lambda);
  double const log_false_positives = std::log(2 * null_count_);
  double const log_false_negatives = std::log(support_size_);
  double const certainly_more = 1 + 1e-9;

  std::array<double, 2 * kHermiteNodes * kHermiteNodes> terms;
  std::size_t count = 0;
  double relative_to_ceiling = 0;
  double largest = -std::numeric_limits<double>::infinity();
  for (auto const& node : hermite_pairs()) {
    auto const margin = margins(node, lasso);
    double const positive =
        node.log_weight + log_false_positives + numerics::log_normal_upper_tail(margin.dual);
    double const negative =
        node.log_weight + log_false_negatives + numerics::log_normal_upper_tail(margin.sign);
    terms[count++] = positive;
    terms[count++] = negative;
    double const larger = std::max(positive, negative);
    largest = std::max(largest, larger);
    relative_to_ceiling += std::exp(larger - ceiling);
    if (relative_to_ceiling > certainly_more) return std::numeric_limits<double>::infinity();
  }
  double sum = 0;
  for (double const term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

double lasso_success(RecoveryProblem const& problem, std::span<double const> weights, double lambda) {
  auto const support = support_equivalent(problem.blocks, weights, problem.s);
  return support ? Fluctuation(problem, *support).success(lambda) : 0.0;
}

}  // namespace thresher::mixed_quality_lasso
