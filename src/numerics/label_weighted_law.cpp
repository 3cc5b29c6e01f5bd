#include "numerics/label_weighted_law.hpp"

#include "numerics/root.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace thresher::numerics {

namespace {

/// Distance from the ends of the range of m, which are a pole and zero.
constexpr double kMargin = 1e-12;
constexpr double kTolerance = 1e-15;

/// m as a function of u in (0, 1): up to the pole 1 / max T, or to infinity where no weight is positive.
struct Range {
  double largest;  ///< of the signed weights
  double scale;    ///< largest absolute weight
  double m(double u) const { return largest > 0 ? u / largest : u / ((1 - u) * scale); }
  double u(double m) const { return largest > 0 ? m * largest : m * scale / (1 + m * scale); }
};

Range range_of(std::vector<double> const& weights, double sign) {
  Range range{-std::numeric_limits<double>::infinity(), 0};
  for (double const weight : weights) {
    range.largest = std::max(range.largest, sign * weight);
    range.scale = std::max(range.scale, std::abs(weight));
  }
  return range;
}

}  // namespace

LabelWeightedLaw::LabelWeightedLaw(std::vector<double> weights, std::vector<double> probabilities,
                                   double delta)
    : weights_(std::move(weights)),
      probabilities_(std::move(probabilities)),
      delta_(delta),
      right_(end(SpectrumSide::right)),
      left_(end(SpectrumSide::left)) {
  assert(weights_.size() == probabilities_.size() && delta_ > 0);
}

double LabelWeightedLaw::psi(double sign, double m) const {
  double sum = delta_ / m;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    double const t = sign * weights_[i];
    sum += probabilities_[i] * t / (1 - t * m);
  }
  return sum;
}

LabelWeightedLaw::End LabelWeightedLaw::end(SpectrumSide side) const {
  double const sign = side == SpectrumSide::right ? 1 : -1;
  auto const range = range_of(weights_, sign);
  if (range.scale == 0) return {sign, std::numeric_limits<double>::infinity(), 0};
  // m^2 psi'(m), which increases from -delta.
  auto const slope = [&](double u) {
    double const m = range.m(u);
    double sum = -delta_;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      double const tm = sign * weights_[i] * m;
      sum += probabilities_[i] * tm * tm / ((1 - tm) * (1 - tm));
    }
    return sum;
  };
  double const u = bracketed_root(slope, kMargin, 1 - kMargin, kTolerance);
  if (std::isnan(u)) return {sign, std::numeric_limits<double>::infinity(), 0};
  double const m = range.m(u);
  return {sign, m, psi(sign, m)};
}

double LabelWeightedLaw::edge(SpectrumSide side) const {
  auto const& end = side == SpectrumSide::right ? right_ : left_;
  return end.sign * end.psi;
}

double LabelWeightedLaw::excess_level(double sign, double m, std::span<double const> excess) const {
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    double const tm = sign * weights_[i] * m;
    sum += probabilities_[i] * tm * excess[i] / (1 - tm);
  }
  return sum - delta_;
}

std::optional<WeightedOutlier> LabelWeightedLaw::outlier(SpectrumSide side,
                                                         std::span<double const> excess) const {
  assert(excess.size() == weights_.size());
  auto const& end = side == SpectrumSide::right ? right_ : left_;
  if (std::isinf(end.m) || !(excess_level(end.sign, end.m, excess) > 0)) return std::nullopt;
  auto const range = range_of(weights_, end.sign);
  double const u = bracketed_root([&](double at) { return excess_level(end.sign, range.m(at), excess); },
                                  kMargin * kMargin, range.u(end.m), kTolerance * range.u(end.m));
  double const m = range.m(u);
  double bulk = 0;
  double signal = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    double const t = end.sign * weights_[i];
    double const square = probabilities_[i] * t * t / ((1 - t * m) * (1 - t * m));
    bulk += square;
    signal += square * excess[i];
  }
  double const level = delta_ / (m * m);
  return WeightedOutlier{end.sign * psi(end.sign, m),
                         std::clamp((level - bulk) / (level + signal), 0.0, 1.0)};
}

}  // namespace thresher::numerics
