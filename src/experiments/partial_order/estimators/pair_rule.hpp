#pragma once

#include "experiments/partial_order/estimators/method.hpp"

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace thresher::partial_order {

/// An estimator that starts from the shares s_ij of lists in which one item comes before another: a table of
/// pairs.
class PairRule : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {}; }
  void check(Parameters const& point, study::Verdict& verdict) const override;
  study::Cost cost(Parameters const& point, study::Resources const& resources) const override;
};

/// The shares of the training lists.
std::vector<double> training_shares(FitInput const& input);

/// The order that `make` makes on rank 0, on all ranks. Collective.
PartialOrder made_by_one(study::Team& team, std::function<PartialOrder()> const& make);

/// Where the table of pairs, or the number of items, is too large for a method.
void refuse_many_items(std::int64_t most, Parameters const& point, study::Verdict& verdict);

/// What lists take on every rank, and their choices.
double list_bytes(Parameters const& point);
double choice_count(Parameters const& point);
/// Sum over the lists of the squares of the sizes of their choice sets.
double squared_lengths(Parameters const& point);

}  // namespace thresher::partial_order
