#pragma once

#include "study/study.hpp"

#include <cstddef>
#include <random>
#include <vector>

namespace thresher::conformance {

using namespace study;

/// Random points of an experiment's declaration; the same ones in every run and on every rank.
class Points {
 public:
  /// `smoke` is the study of the smoke preset, whose sizes are small.
  explicit Points(Study const& smoke, unsigned seed = 1) : smoke_(smoke), random_(seed) {}

  /// A point of the preset of which a quarter of the parameters has another value near by: any choice, a
  /// number around it.
  Point near();
  /// The same where the experiment accepts it and a trial takes little time and memory, from `tries` draws.
  std::vector<Point> cheap(std::size_t count, std::size_t tries = 2000);
  /// Any point: numbers of all magnitudes within their ranges.
  Point anywhere();
  /// Another value of parameter `k`, near that of `point`; the same one where it has no other.
  Value other(std::size_t k, Point const& point);

  bool is_valid(Point const& point) const { return smoke_.verdict(point).refusal().empty(); }
  bool is_cheap(Point const& point) const;
  /// Seconds that a trial of the point takes alone, from its work counts.
  double seconds(Point const& point) const;

 private:
  double chance() { return std::uniform_real_distribution<>()(random_); }
  std::size_t one_of(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  Value choice(Parameter const& parameter);

  Study const& smoke_;
  std::mt19937_64 random_;
};

/// Resources of a trial that runs alone.
inline constexpr Resources kAlone{1, 1e9};

}  // namespace thresher::conformance
