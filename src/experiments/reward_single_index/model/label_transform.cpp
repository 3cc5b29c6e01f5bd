#include "experiments/reward_single_index/model/label_transform.hpp"

#include "experiments/reward_single_index/model/setting.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr double kLargestExponent = 600;
/// The optimal spectral transform is 1 - 1 / E[z^2 | y], with the moment no smaller than this.
constexpr double kLeastSecondMoment = 0.05;

}  // namespace

LabelTransform::LabelTransform(Parameters const& point, RewardLink const& link, double reference_label)
    : kind_(point.transform),
      for_second_moment_(point.stage1 == FirstStage::spectral),
      beta1_(point.beta1),
      clip_(point.weight_clip),
      reference_(std::min(reference_label, point.weight_clip)) {
  if (kind_ == Transform::optimal) moments_ = std::make_shared<ConditionalMoments const>(point, link);
}

LabelTransform LabelTransform::calibrated(Parameters const& point, RewardLink const& link,
                                          std::span<double const> labels) {
  LabelTransform transform(point, link, *std::ranges::max_element(labels));
  auto const count = static_cast<double>(labels.size());
  double mean = 0;
  if (point.center_transform) {
    for (double const y : labels) mean += transform.raw(y);
    mean /= count;
  }
  double squares = 0, largest = 0;
  for (double const y : labels) {
    double const value = transform.raw(y);
    largest = std::max(largest, std::abs(value));
    squares += (value - mean) * (value - mean);
  }
  double const scale = std::sqrt(squares / count);
  transform.normalise(mean, scale > 1e-12 * largest ? scale : 0);
  return transform;
}

double LabelTransform::weight(double y) const {
  if (kind_ == Transform::label || kind_ == Transform::optimal) return 1;
  return std::exp(std::min((std::min(y, clip_) - reference_) / beta1_, kLargestExponent));
}

double LabelTransform::raw(double y) const {
  switch (kind_) {
    case Transform::exp_label:
      return y * weight(y);
    case Transform::exp:
      return weight(y);
    case Transform::label:
      return y;
    case Transform::optimal:
      break;
  }
  if (!for_second_moment_) return moments_->first(y);
  return 1 - 1 / std::max(moments_->second(y), kLeastSecondMoment);
}

void LabelTransform::normalise(double centre, double scale) {
  centre_ = centre;
  inverse_scale_ = scale > 0 ? 1 / scale : 0;
}

bool same_transform(Parameters const& a, Parameters const& b) {
  if (a.transform != b.transform || a.center_transform != b.center_transform || a.n_cal != b.n_cal)
    return false;
  if (has_exponential_weights(a)) return a.beta1 == b.beta1 && a.weight_clip == b.weight_clip;
  return a.transform != Transform::optimal ||
         (a.stage1 == FirstStage::spectral) == (b.stage1 == FirstStage::spectral);
}

}  // namespace thresher::reward_single_index
