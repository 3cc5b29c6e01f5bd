#pragma once

#include "experiments/partial_order/solvers/choice_table.hpp"
#include "experiments/partial_order/solvers/moving_likelihood.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// The likelihood of lists over at most kMostWordItems items. Where relations of one item change, only sets
/// that hold it and an item it changes with are weighed again.
class WordLikelihood : public MovingLikelihood {
 public:
  WordLikelihood(ChoiceTable table, std::int64_t items, Noise const& noise);
  void reset(PartialOrder const& order) override;
  double propose(PartialOrder const& moved, std::int32_t item,
                 std::span<std::int32_t const> changed) override;
  void accept() override;

 private:
  /// A set in which an item is left.
  struct Occurrence {
    std::uint64_t set;
    std::int32_t number;
  };
  /// Relations of an item.
  struct Neighbourhood {
    std::uint64_t before;
    std::uint64_t after;
  };
  struct MovedTotal {
    std::int32_t number;
    double total;
  };
  struct MovedChoice {
    std::int32_t number;
    double weight;
  };

  double weight(Neighbourhood const& item, std::uint64_t set) const {
    return (item.before & set) != 0
               ? 0.0
               : weights_[static_cast<std::size_t>(__builtin_popcountll(item.after & set))];
  }
  double frontier_weight(std::uint64_t set) const;
  double sum() const;

  ChoiceTable table_;
  double epsilon_;
  std::vector<double> weights_;
  bool whole_weights_;                                ///< sums of weights are exact in any order
  std::vector<std::vector<Occurrence>> occurrences_;  ///< of every item
  std::vector<double> even_;                          ///< epsilon / size, of every set
  std::vector<Neighbourhood> items_;
  std::vector<double> total_;   ///< weight of the frontier, of every set
  std::vector<double> chosen_;  ///< weight of what is chosen, of every choice
  std::vector<double> log_p_;   ///< of every choice

  // The last proposal.
  std::vector<Neighbourhood> moved_items_;
  std::uint64_t touched_ = 0;
  std::vector<MovedTotal> moved_totals_;
  std::vector<MovedChoice> moved_choices_;
  std::vector<double> moved_log_p_;
  double moved_value_ = 0;
};

}  // namespace thresher::partial_order
