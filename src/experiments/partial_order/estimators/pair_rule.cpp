#include "experiments/partial_order/estimators/pair_rule.hpp"

#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/model/user_facts.hpp"
#include "experiments/partial_order/solvers/precedence_shares.hpp"

#include <fmt/format.h>

#include <cmath>

namespace thresher::partial_order {

double choice_count(Parameters const& point) {
  if (!generates(point)) return static_cast<double>(point.input->steps);
  return static_cast<double>(sequence_count(point)) * static_cast<double>(list_items(point));
}

double squared_lengths(Parameters const& point) {
  if (!generates(point)) return point.input->pairs;
  return choice_count(point) * static_cast<double>(list_items(point));
}

double list_bytes(Parameters const& point) {
  return 4 * choice_count(point) + 8 * static_cast<double>(sequence_count(point));
}

void refuse_many_items(std::int64_t most, Parameters const& point, study::Verdict& verdict) {
  if (point.n_items > most) verdict.refuse("n_items", fmt::format("at most {} with this method", most));
}

void PairRule::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_many_items(kMostScoredItems, point, verdict);
}

study::Cost PairRule::cost(Parameters const& point, study::Resources const&) const {
  // The shares, then the pairs above a threshold, which are sorted with as much room again.
  constexpr double kBytesPerPair = 8 + 2 * 16;
  double const pairs = static_cast<double>(point.n_items) * static_cast<double>(point.n_items);
  study::Cost cost;
  cost.bytes_per_rank = kBytesPerPair * pairs + list_bytes(point);
  cost.flops = 10 * squared_lengths(point) + 100 * pairs;
  return cost;
}

std::vector<double> training_shares(FitInput const& input) {
  auto const n = input.point.n_items;
  return precedence_shares(precedence_counts(input.training, n), n);
}

PartialOrder made_by_one(study::Team& team, std::function<PartialOrder()> const& make) {
  auto const& comm = team.communicator();
  PartialOrder order;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) order = make();
  });
  if (comm.size() == 1) return order;
  auto const items = mpi::broadcast_value(comm, order.items());
  std::vector<bits::Word> rows(order.rows().begin(), order.rows().end());
  mpi::broadcast_vector(comm, rows);
  return comm.rank() == 0 ? order : PartialOrder::of_rows(items, rows);
}

}  // namespace thresher::partial_order
