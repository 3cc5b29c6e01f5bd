#pragma once

#include "experiments/partial_order/model/order.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace thresher::partial_order {

/// What the user's file says as a whole. Read once.
struct UserFacts {
  std::int64_t items = 0;
  std::int64_t sequences = 0;        ///< 0: the file has a truth alone
  std::int64_t steps = 0;            ///< of all sequences together
  double pairs = 0;                  ///< sum of the squares of the choice sets' sizes
  std::int64_t longest = 0;          ///< largest choice set, of held-out and scored lists too
  bool full_lists = false;           ///< every sequence orders all items
  double appearances = 0;            ///< sum over sequences of m
  std::int64_t unseen_items = 0;     ///< in no sequence
  std::int64_t edges = -1;           ///< of the true order as given; -1: the file does not have it
  std::int64_t test_sequences = 0;   ///< held out
  std::int64_t score_sequences = 0;  ///< to be scored
  bool dedup = false;                ///< of repeated items the first occurrence counts
  /// The relations of the true order, as given, where they are few enough for theory.
  std::vector<Relation> small_truth;

  bool has_truth() const { return edges >= 0; }
  bool has_sequences() const { return sequences > 0; }

  static constexpr std::tuple members{
      &UserFacts::items,          &UserFacts::sequences,       &UserFacts::steps,
      &UserFacts::pairs,          &UserFacts::longest,         &UserFacts::full_lists,
      &UserFacts::appearances,    &UserFacts::unseen_items,    &UserFacts::edges,
      &UserFacts::test_sequences, &UserFacts::score_sequences, &UserFacts::dedup,
      &UserFacts::small_truth};
};

}  // namespace thresher::partial_order
