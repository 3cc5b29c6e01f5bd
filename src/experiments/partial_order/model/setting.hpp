#pragma once

#include "experiments/partial_order/model/parameters.hpp"

#include <cstdint>

/// What a point's parameters amount to.
namespace thresher::partial_order {

/// Beyond so many items orders are not stored as bits, and methods with a table of pairs are refused.
inline constexpr std::int64_t kMostStoredItems = 20000;
inline constexpr std::int64_t kMostScoredItems = 5000;

/// What the fit takes for beta and epsilon (where it does not learn them).
struct Noise {
  double beta = 1;
  double epsilon = 0.05;
};

/// Items of a list that is generated.
std::int64_t list_items(Parameters const& point);
/// N: sequences of a point, generated or the user's.
std::int64_t sequence_count(Parameters const& point);
/// Whether all lists of a point order all items.
bool has_full_lists(Parameters const& point);
/// Whether sequences are generated (not the user's).
bool generates(Parameters const& point);
/// Whether there is a true order to compare with; held-out lists; clean lists.
bool has_truth(Parameters const& point);
bool has_test(Parameters const& point);
/// Of the truth: beta and epsilon that lists are generated with.
Noise true_noise(Parameters const& point);
/// fit_beta or beta, fit_epsilon or epsilon (0.01 where that is 0).
Noise fit_noise(Parameters const& point);
bool measures_cover(Parameters const& point);

}  // namespace thresher::partial_order
