#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"

namespace thresher::reward_single_index {

/// The link sigma*: the raw formula of the parameter `link`, centred and scaled to mean 0 and variance 1
/// under N(0, 1).
class RewardLink {
 public:
  explicit RewardLink(Parameters const& point);
  double operator()(double z) const { return (raw(z) - mean_) / deviation_; }
  /// Moments of the raw formula.
  double mean() const { return mean_; }
  double deviation() const { return deviation_; }

  /// Over |z| <= 6: the smallest and the largest value, the steepest slope.
  struct Shape {
    double lowest;
    double highest;
    double steepest;
  };
  Shape shape() const;

 private:
  double raw(double z) const;

  Link kind_;
  double w1_, w2_;          ///< frequencies of the waves
  double e1_ = 0, e2_ = 0;  ///< their amplitudes, which cancel the leading Hermite coefficient
  double a_, b_, k_;
  double mean_ = 0;
  double deviation_ = 1;
};

}  // namespace thresher::reward_single_index
