#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "study/experiment.hpp"

#include <cstdint>

namespace thresher::partial_order {

/// What theory says of one order and its full lists; NaN where it says nothing.
struct OrderPredictions {
  double intersection_tp = study::kUndefined;
  double intersection_fp = study::kUndefined;
  double threshold_tp = study::kUndefined;
  double threshold_fp = study::kUndefined;
  double ip_cov = study::kUndefined;
  double margin = study::kUndefined;
  double intersection_exact = study::kUndefined;
  double search_exact = study::kUndefined;
  double n_half = study::kUndefined;
  double chernoff_min = study::kUndefined;
  double kl_min = study::kUndefined;
};

/// Whether theory goes through the sets of items of a point: full lists, at most dp_max_items items.
bool predicts_order(Parameters const& point);
/// Whether it knows the transition of maximum likelihood: lists by the frontier, with noise.
bool predicts_search(Generator generator, Noise const& noise);

/// All of it for `sequences` lists. Search (search_exact, n_half, chernoff_min, kl_min) only where
/// `predicts_search`.
OrderPredictions predict_order(PartialOrder const& truth, Generator generator, Noise const& noise,
                               std::int64_t sequences, double precedence_threshold);

}  // namespace thresher::partial_order
