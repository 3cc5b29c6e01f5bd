#pragma once

#include "experiments/partial_order/model/order.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// The partial order that scores of pairs make: pairs enter by decreasing score (equal ones row by row), a
/// pair that is already ordered, either way, is passed over, and what enters is closed. Posterior
/// probabilities above one half may be cyclic or not closed; this never is.
class GreedyOrder {
 public:
  /// `scores` is items x items, row-major; its diagonal is not read. Scores below `lowest` are never asked
  /// for.
  GreedyOrder(std::span<double const> scores, std::int64_t items, double lowest);
  /// Lets pairs with a score of at least `threshold` enter, which is at most that of the call before.
  PartialOrder const& down_to(double threshold);

 private:
  struct Candidate {
    double score;
    Relation pair;
  };
  std::vector<Candidate> candidates_;
  std::size_t next_ = 0;
  PartialOrder order_;
};

PartialOrder greedy_order(std::span<double const> scores, std::int64_t items, double threshold);

}  // namespace thresher::partial_order
