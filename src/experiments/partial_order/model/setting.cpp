#include "experiments/partial_order/model/setting.hpp"

#include "experiments/partial_order/model/user_facts.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::partial_order {

bool generates(Parameters const& point) {
  return point.input == nullptr || !point.input->has_sequences();
}

std::int64_t list_items(Parameters const& point) {
  return point.list_length == 0 ? point.n_items : point.list_length;
}

std::int64_t sequence_count(Parameters const& point) {
  if (!generates(point)) return point.input->sequences;
  if (point.sequences_per_item == 0) return point.n_sequences;
  double const lists =
      point.sequences_per_item * static_cast<double>(point.n_items) / static_cast<double>(list_items(point));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(lists + 0.5)));
}

bool has_full_lists(Parameters const& point) {
  return generates(point) ? list_items(point) == point.n_items : point.input->full_lists;
}

bool has_truth(Parameters const& point) {
  return generates(point) || point.input->has_truth();
}

bool has_test(Parameters const& point) {
  return generates(point) || point.input->test_sequences > 0;
}

Noise true_noise(Parameters const& point) {
  return {point.beta, point.epsilon};
}

Noise fit_noise(Parameters const& point) {
  constexpr double kLeastEpsilon = 0.01;
  return {point.know_beta ? point.beta : point.fit_beta, !point.know_epsilon  ? point.fit_epsilon
                                                         : point.epsilon == 0 ? kLeastEpsilon
                                                                              : point.epsilon};
}

bool measures_cover(Parameters const& point) {
  if (point.cover_metrics == CoverMetrics::automatic) return point.n_items <= kMostStoredItems;
  return point.cover_metrics == CoverMetrics::yes;
}

}  // namespace thresher::partial_order
