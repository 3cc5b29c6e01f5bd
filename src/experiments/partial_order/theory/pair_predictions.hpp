#pragma once

#include "experiments/partial_order/model/order.hpp"

#include <cstdint>
#include <span>

namespace thresher::partial_order {

/// What rules that look at pairs will find in N full lists, of raw pairs, before any repair.
struct PairPredictions {
  double intersection_tp = 0;
  double intersection_fp = 0;
  double threshold_tp = 0;
  double threshold_fp = 0;
  double incomparable_covered = 0;  ///< part of the incomparable pairs seen both ways; NaN without any
  /// Smallest precedence of a related pair minus the largest of an incomparable one (NaN without one of
  /// them). Below 0 no threshold works, for any N.
  double margin = 0;
  double intersection_exact = 0;  ///< lower bound of P(intersection of the lists = the order)
};

/// `precedence` is B of `precedence_probabilities`.
PairPredictions predict_pairs(PartialOrder const& order, std::span<double const> precedence,
                              std::int64_t sequences, double threshold);

/// P(Bin(count, p) >= least).
double binomial_upper_tail(std::int64_t count, double p, std::int64_t least);

}  // namespace thresher::partial_order
