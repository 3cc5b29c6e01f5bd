#include "prox/gram_lasso.hpp"

#include "prox/gram_descent.hpp"
#include "prox/lasso.hpp"
#include "prox/operators.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::prox {

namespace {

class Descent {
 public:
  Descent(GramLasso const& problem, std::span<double> beta)
      : problem_(problem), beta_(beta), q_(beta.size()) {
    refresh();
  }

  /// One pass over all variables. Returns whether the signed support stayed the same.
  bool sweep_all() {
    bool same = true;
    for (std::size_t j = 0; j < beta_.size(); ++j) same &= update(j);
    return same;
  }

  /// Passes over the nonzero variables only, which cost a fraction of a full one.
  bool sweep_support() {
    bool same = true;
    for (std::size_t j = 0; j < beta_.size(); ++j)
      if (beta_[j] != 0) same &= update(j);
    return same;
  }

  double gap() const {
    GapTerms terms;
    double fit = 0;
    double shrunken_fit = 0;
    for (std::size_t j = 0; j < beta_.size(); ++j) {
      terms.l1_norm += std::abs(beta_[j]);
      terms.largest_correlation = std::max(terms.largest_correlation, std::abs(q_[j]));
      fit += beta_[j] * problem_.h[j];
      shrunken_fit += beta_[j] * q_[j];
    }
    terms.residual_sq_over_n = problem_.data_sq_over_n - fit - shrunken_fit;
    terms.data_residual_over_n = problem_.data_sq_over_n - fit;
    return duality_gap(terms, problem_.lambda);
  }

  std::size_t support_size() const {
    return static_cast<std::size_t>(
        std::count_if(beta_.begin(), beta_.end(), [](double x) { return x != 0; }));
  }

  /// Moves to the minimiser among vectors with the signs of beta, or towards it as far as the signs hold.
  PolishStep polish() {
    support_.clear();
    for (std::size_t j = 0; j < beta_.size(); ++j)
      if (beta_[j] != 0) support_.push_back(j);
    auto const size = static_cast<std::int64_t>(support_.size());
    if (size > problem_.largest_rank) return PolishStep::impossible;
    factor_.resize(support_.size() * support_.size());
    target_.resize(support_.size());
    for (std::size_t k = 0; k < support_.size(); ++k) {
      auto const column = problem_.gram.column(static_cast<std::int64_t>(support_[k]));
      for (std::size_t i = k; i < support_.size(); ++i)
        factor_[k * support_.size() + i] = column[support_[i]];
      target_[k] = problem_.h[support_[k]] - std::copysign(problem_.lambda, beta_[support_[k]]);
    }
    linalg::MatrixView const factor(factor_.data(), size, size);
    if (!linalg::potrf(linalg::Triangle::lower, factor)) return PolishStep::impossible;
    linalg::potrs(linalg::Triangle::lower, factor, linalg::MatrixView(target_.data(), size, 1));

    bool const arrived = move_within_signs(beta_, support_, target_);
    refresh();
    return arrived && is_optimal() ? PolishStep::exact : PolishStep::moved;
  }

 private:
  /// q = h - G beta, the correlations with the residual.
  void refresh() {
    std::copy(problem_.h.begin(), problem_.h.end(), q_.begin());
    for (std::size_t j = 0; j < beta_.size(); ++j)
      if (beta_[j] != 0) subtract(j, beta_[j]);
  }

  void subtract(std::size_t j, double change) {
    double const* const column = problem_.gram.column(static_cast<std::int64_t>(j)).data();
    double* const q = q_.data();
    for (std::size_t i = 0; i < q_.size(); ++i) q[i] -= change * column[i];
  }

  bool update(std::size_t j) {
    double const curvature = problem_.gram(static_cast<std::int64_t>(j), static_cast<std::int64_t>(j));
    if (curvature <= 0) return true;  // a column of zeros
    double const old = beta_[j];
    double const updated = soft_threshold(q_[j] + curvature * old, problem_.lambda) / curvature;
    if (updated == old) return true;
    beta_[j] = updated;
    subtract(j, updated - old);
    return (updated != 0) == (old != 0) && updated * old >= 0;
  }

  bool is_optimal() const {
    double const slack = 1e-11;  // rounding of q
    for (std::size_t j = 0; j < beta_.size(); ++j)
      if (beta_[j] == 0 && std::abs(q_[j]) > problem_.lambda * (1 + slack)) return false;
    return true;
  }

  GramLasso const& problem_;
  std::span<double> beta_;
  std::vector<double> q_;
  std::vector<std::size_t> support_;
  std::vector<double> factor_;
  std::vector<double> target_;
};

}  // namespace

bool move_within_signs(std::span<double> beta, std::span<std::size_t const> support,
                       std::span<double const> target) {
  double step = 1;
  for (std::size_t k = 0; k < support.size(); ++k) {
    double const from = beta[support[k]];
    if (std::signbit(from) == std::signbit(target[k]) && target[k] != 0) continue;
    step = std::min(step, from / (from - target[k]));
  }
  if (step == 1) {
    for (std::size_t k = 0; k < support.size(); ++k) beta[support[k]] = target[k];
  } else {
    for (std::size_t k = 0; k < support.size(); ++k) {
      double& value = beta[support[k]];
      bool const reaches_zero = value / (value - target[k]) <= step && value * target[k] <= 0;
      value = reaches_zero ? 0 : value + step * (target[k] - value);
    }
  }
  return step == 1;
}

GramLassoOutcome solve(GramLasso const& problem, GramLassoOptions const& options, std::span<double> beta) {
  Descent descent(problem, beta);
  return descend(descent, beta.size(), options);
}

}  // namespace thresher::prox
