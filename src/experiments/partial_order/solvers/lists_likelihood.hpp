#pragma once

#include "experiments/partial_order/solvers/hard_likelihood.hpp"
#include "experiments/partial_order/solvers/moving_likelihood.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// The likelihood of lists over any number of items: lists that hold the item and an item it changes with are
/// evaluated again.
class ListsLikelihood : public MovingLikelihood {
 public:
  ListsLikelihood(Sequences const& lists, std::int64_t items, Noise const& noise);
  void reset(PartialOrder const& order) override;
  double propose(PartialOrder const& moved, std::int32_t item,
                 std::span<std::int32_t const> changed) override;
  void accept() override;

 private:
  double sum() const;

  Sequences const& lists_;
  HardLikelihood likelihood_;
  std::vector<std::vector<std::int32_t>> lists_of_;  ///< of every item
  std::vector<double> log_p_;                        ///< of every list

  std::vector<std::int32_t> last_seen_;  ///< of every list: the proposal that found a changed item in it
  std::int32_t proposal_ = 0;
  std::vector<std::int32_t> moved_;
  std::vector<double> moved_log_p_;
  double moved_value_ = 0;
};

}  // namespace thresher::partial_order
