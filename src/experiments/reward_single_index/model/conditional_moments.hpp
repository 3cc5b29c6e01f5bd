#pragma once

#include "experiments/reward_single_index/model/reward_link.hpp"

#include <vector>

namespace thresher::reward_single_index {

/// E[z | y] and E[z^2 | y] on a grid of labels that reaches five noise widths beyond the link's range,
/// interpolated linearly, constant outside.
class ConditionalMoments {
 public:
  ConditionalMoments(Parameters const& point, RewardLink const& link);
  double first(double y) const { return at(first_, y); }
  double second(double y) const { return at(second_, y); }
  /// Work of making one.
  static double flops(Parameters const& point, RewardLink const& link);

 private:
  double at(std::vector<double> const& values, double y) const;

  double lowest_ = 0;
  double step_ = 1;
  std::vector<double> first_;
  std::vector<double> second_;
};

}  // namespace thresher::reward_single_index
