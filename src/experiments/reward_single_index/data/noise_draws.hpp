#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"
#include "random/stream.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace thresher::reward_single_index {

/// Draws of the label noise from a named stream of the trial, one per address.
class NoiseDraws {
 public:
  NoiseDraws(Parameters const& point, study::Team const& team, std::string const& name);
  /// out[k] = the noise at (row, first + k). Not collective.
  void fill(random::Row row, std::int64_t first, std::span<double> out) const;

 private:
  NoiseKind kind_;
  double deviation_;
  random::Stream stream_;
};

}  // namespace thresher::reward_single_index
