#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/model/setting.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// An order from the shares of lists in which one item comes before another.
struct RuleOrder {
  PartialOrder order;
  double threshold = 0;
  double evaluations = 0;  ///< likelihoods
};

/// Of greedy(shares, threshold) for `thresholds`, which descend, the order of the largest hard likelihood;
/// the last one of equals.
RuleOrder likeliest_threshold(std::span<double const> shares, std::span<double const> thresholds,
                              Sequences const& lists, std::int64_t items, Noise const& noise);

/// 1, 0.975, ..., 0.55: (22 + k) / 40.
std::vector<double> candidate_thresholds();

/// The thresholds at which the search starts.
std::vector<double> search_thresholds();

}  // namespace thresher::partial_order
