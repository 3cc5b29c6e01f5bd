#include "experiments/partial_order/theory/order_predictions.hpp"

#include "experiments/partial_order/theory/pair_predictions.hpp"
#include "experiments/partial_order/theory/search_transition.hpp"
#include "experiments/partial_order/theory/subset_law.hpp"

namespace thresher::partial_order {

bool predicts_order(Parameters const& point) {
  return has_full_lists(point) && point.n_items <= point.dp_max_items;
}

bool predicts_search(Generator generator, Noise const& noise) {
  return generator == Generator::frontier && noise.epsilon > 0;
}

OrderPredictions predict_order(PartialOrder const& truth, Generator generator, Noise const& noise,
                               std::int64_t sequences, double precedence_threshold) {
  SubsetLaw const law(truth, generator, noise);
  auto const pairs = predict_pairs(truth, precedence_probabilities(law), sequences, precedence_threshold);
  OrderPredictions result;
  result.intersection_tp = pairs.intersection_tp;
  result.intersection_fp = pairs.intersection_fp;
  result.threshold_tp = pairs.threshold_tp;
  result.threshold_fp = pairs.threshold_fp;
  result.ip_cov = pairs.incomparable_covered;
  result.margin = pairs.margin;
  result.intersection_exact = pairs.intersection_exact;
  if (predicts_search(generator, noise)) {
    SearchTransition const search(truth, law, noise);
    result.search_exact = search.exact(sequences);
    result.n_half = search.half_recovery();
    result.chernoff_min = search.smallest_chernoff();
    result.kl_min = search.smallest_divergence();
  }
  return result;
}

}  // namespace thresher::partial_order
