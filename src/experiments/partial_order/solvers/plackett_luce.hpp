#pragma once

#include "experiments/partial_order/model/sequences.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// Strengths v (sum 1) of the law p(y) = prod_t v(y_t) / sum of v over what is left.
struct PlackettLuce {
  std::vector<double> strengths;
  std::int64_t iterations = 0;
  bool converged = false;
};

/// Hunter's MM with a prior: v_i <- (W_i + prior) / (sum over choices with i still there of 1 / sum of v +
/// prior n), W_i = how often i was chosen where something else was left; from 1/n until no strength changes
/// by more than 1e-9 of the largest one, at most 500 times. O(sum of m) an iteration.
PlackettLuce fit_plackett_luce(Sequences const& lists, std::int64_t items, double prior);

double plackett_luce_log_likelihood(std::span<double const> strengths, SequenceView list);

/// Items by descending strength, equal ones by number.
std::vector<std::int32_t> strongest_first(std::span<double const> strengths);

}  // namespace thresher::partial_order
