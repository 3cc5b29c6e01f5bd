#pragma once

#include "experiments/reward_single_index/model/conditional_moments.hpp"
#include "experiments/reward_single_index/model/reward_link.hpp"

#include <memory>
#include <span>

namespace thresher::reward_single_index {

/// The label transform T of the first stage, (T - mu) / q. Its exponent is taken relative to a reference
/// label: T has no scale of its own.
class LabelTransform {
 public:
  /// Not yet normalised (mu = 0, q = 1).
  LabelTransform(Parameters const& point, RewardLink const& link, double reference_label);
  /// Reference, mu (0 unless `center_transform`) and q from a sample of labels. Where T vanishes on all of
  /// it, so does the result.
  static LabelTransform calibrated(Parameters const& point, RewardLink const& link,
                                   std::span<double const> labels);

  /// The weight exp((min(y, clip) - min(reference, clip)) / beta1); 1 for transforms without one.
  double weight(double y) const;
  double operator()(double y) const { return (raw(y) - centre_) * inverse_scale_; }
  double raw(double y) const;
  void normalise(double centre, double scale);

 private:
  Transform kind_;
  bool for_second_moment_;
  double beta1_;
  double clip_;
  double reference_;
  std::shared_ptr<ConditionalMoments const> moments_;  ///< of the optimal transform
  double centre_ = 0;
  double inverse_scale_ = 1;
};

/// Whether two points transform labels alike.
bool same_transform(Parameters const& a, Parameters const& b);

}  // namespace thresher::reward_single_index
