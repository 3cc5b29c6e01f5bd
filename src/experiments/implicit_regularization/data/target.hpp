#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// The function that the labels of a replicate follow: f* = x.beta, or with k teacher units f* = beta_scale
/// sqrt(2/k) sum_j (-1)^j relu(w_j.x) with w_j uniform on the unit sphere.
class Target {
 public:
  /// Not collective: every rank draws the whole of it.
  Target(Parameters const& point, study::Team const& team, std::int64_t replicate);
  double at(std::span<double const> x) const;
  /// Of a linear target; empty otherwise.
  std::vector<double> const& beta() const { return beta_; }

 private:
  std::int64_t units_;
  double scale_;
  std::vector<double> beta_;
  std::vector<double> directions_;  ///< unit by unit
};

}  // namespace thresher::implicit_regularization
