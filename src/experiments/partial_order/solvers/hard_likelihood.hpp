#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/model/setting.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// log p(list | order) where choices follow the frontier: with epsilon > 0, or -infinity where an order
/// forbids a choice. O(m^2) for a choice set of m.
class HardLikelihood {
 public:
  /// For lists whose choice sets have at most `longest` items.
  HardLikelihood(Noise const& noise, std::int64_t longest);
  double operator()(Order const& order, SequenceView list);
  double operator()(PartialOrder const& order, SequenceView list);

 private:
  template <class AnyOrder>
  double evaluate(AnyOrder const& order, SequenceView list);

  double epsilon_;
  std::vector<double> weights_;
  std::vector<std::int32_t> followers_;  ///< remaining successors of a position
  std::vector<std::int32_t> blockers_;   ///< remaining predecessors
};

/// out[s] = log p of list s, without its weight.
void hard_log_likelihoods(Order const& order, Sequences const& lists, Noise const& noise,
                          std::span<double> out);
void hard_log_likelihoods(PartialOrder const& order, Sequences const& lists, Noise const& noise,
                          std::span<double> out);
/// Sum of weight x log p, in the order of the lists.
double hard_log_likelihood(PartialOrder const& order, Sequences const& lists, Noise const& noise);

}  // namespace thresher::partial_order
