#include "experiments/implicit_regularization/estimators/fits/subgradient_fit.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace thresher::implicit_regularization {

namespace {

/// Whether the best l2 at a given l1 is positive, or held at 0.
enum class Ridge { held, positive };

/// The active weights' part: its minimum over l2 at a given l1.
class ActivePart {
 public:
  void add(double theta, double b) {
    theta_.push_back(theta);
    b_.push_back(b);
  }
  void finish() {
    for (std::size_t j = 0; j < b_.size(); ++j) {
      squares_ += theta_[j] * theta_[j];
      lengths_ += std::abs(theta_[j]);
      along_ += b_[j] * theta_[j];
      signs_ += sign(j) * b_[j];
    }
    // What is left of the signs, and of their product with b, once theta is projected out: as sums of small
    // terms, not as differences of large ones.
    for (std::size_t j = 0; j < b_.size(); ++j) {
      double const rest = sign(j) - lengths_ / squares_ * theta_[j];
      free_slope_ += rest * rest;
      free_offset_ += rest * b_[j];
    }
  }
  bool empty() const { return b_.empty(); }
  /// Where l2 reaches 0.
  double bound() const { return empty() ? 0 : std::max(0.0, along_ / lengths_); }
  double l2(double l1) const { return empty() ? 0 : std::max(0.0, (along_ - l1 * lengths_) / squares_); }
  /// Half the derivative is slope l1 - offset.
  double slope(Ridge ridge) const {
    return ridge == Ridge::positive ? free_slope_ : static_cast<double>(b_.size());
  }
  double offset(Ridge ridge) const { return ridge == Ridge::positive ? free_offset_ : signs_; }
  double squares(double l1, double l2) const {
    double sum = 0;
    for (std::size_t j = 0; j < b_.size(); ++j) {
      double const left = b_[j] - l1 * sign(j) - l2 * theta_[j];
      sum += left * left;
    }
    return sum;
  }

 private:
  double sign(std::size_t j) const { return theta_[j] > 0 ? 1 : -1; }
  std::vector<double> theta_, b_;
  double squares_ = 0, lengths_ = 0, along_ = 0, signs_ = 0;
  double free_slope_ = 0, free_offset_ = 0;
};

}  // namespace

SubgradientFit subgradient_fit(std::span<double const> theta, std::span<double const> b, double active_tol) {
  assert(theta.size() == b.size());
  ActivePart active;
  std::vector<double> inactive;  // |b|
  double target = 0;
  for (std::size_t j = 0; j < b.size(); ++j) {
    target += b[j] * b[j];
    if (std::abs(theta[j]) > active_tol)
      active.add(theta[j], b[j]);
    else
      inactive.push_back(std::abs(b[j]));
  }
  active.finish();
  std::ranges::sort(inactive, std::greater<>());
  if (target == 0) return {};

  // Pieces of the line l1 >= 0, from its far end down: between break points, `above` inactive deviations,
  // with sum `excess`, lie above l1. The first piece in which the root lies holds the minimum.
  double const bound = active.bound();
  SubgradientFit fit;
  double upper = std::numeric_limits<double>::infinity();
  double excess = 0;
  for (std::size_t above = 0;; ++above) {
    double const lower = above < inactive.size() ? inactive[above] : 0;
    // The bound of l2 may cut the piece in two.
    double const middle = std::clamp(bound, lower, upper);
    bool found = false;
    for (auto const ridge : {Ridge::held, Ridge::positive}) {
      double const from = ridge == Ridge::positive ? lower : middle;
      double const to = ridge == Ridge::positive ? middle : upper;
      if (!(to > from)) continue;
      double const slope = active.slope(ridge) + static_cast<double>(above);
      double const offset = active.offset(ridge) + excess;
      // The derivative at the lower end is negative: the root lies above it.
      if (slope > 0 && slope * from - offset < 0) {
        fit.l1 = std::min(offset / slope, to);
        found = true;
        break;
      }
    }
    if (found) break;
    if (above == inactive.size()) break;  // the derivative is not negative at 0
    excess += inactive[above];
    upper = inactive[above];
  }
  fit.l2 = active.l2(fit.l1);
  double minimum = active.squares(fit.l1, fit.l2);
  for (double const each : inactive) {
    double const left = std::max(each - fit.l1, 0.0);
    minimum += left * left;
  }
  fit.r2 = std::max(0.0, 1 - minimum / target);
  return fit;
}

}  // namespace thresher::implicit_regularization
