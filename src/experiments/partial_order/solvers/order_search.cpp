#include "experiments/partial_order/solvers/order_search.hpp"

#include "mpi/exchange.hpp"
#include "mpi/partition.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace thresher::partial_order {

OrderSearch::OrderSearch(PartialOrder start, Sequences const& lists, Noise const& noise, double penalty)
    : likelihood_(make_moving_likelihood(lists, start.items(), noise)),
      order_(std::move(start)),
      penalty_(penalty) {
  likelihood_->reset(order_);
}

double OrderSearch::propose(Neighbour const& neighbour) {
  apply(neighbour, order_);
  std::array const partner{neighbour.pair.second};
  double const value = likelihood_->propose(order_, neighbour.pair.first, partner);
  undo(neighbour, order_);
  return value;
}

double OrderSearch::gain(Neighbour const& neighbour) {
  double const gained = propose(neighbour) - likelihood_->value();
  if (penalty_ == 0) return gained;
  apply(neighbour, order_);
  auto const covers = static_cast<double>(order_.cover().size());
  undo(neighbour, order_);
  return gained - penalty_ * (covers - covers_);
}

bool OrderSearch::step(mpi::Communicator const& comm) {
  constexpr double kLeastGain = 1e-9;
  if (penalty_ > 0) covers_ = static_cast<double>(order_.cover().size());
  auto const around = neighbours(order_);
  auto const mine = mpi::share(static_cast<std::int64_t>(around.size()), comm.rank(), comm.size());
  std::vector<double> my_gains;
  for (auto k = mine.begin; k < mine.end; ++k) my_gains.push_back(gain(around[static_cast<std::size_t>(k)]));
  auto const gains = mpi::gather_parts(comm, my_gains).values;
  evaluations_ += static_cast<double>(gains.size());
  // All ranks choose from the same numbers.
  auto const best = std::ranges::max_element(gains);
  if (best == gains.end() || *best <= kLeastGain) return false;
  auto const& neighbour = around[static_cast<std::size_t>(best - gains.begin())];
  propose(neighbour);
  likelihood_->accept();
  apply(neighbour, order_);
  return true;
}

void climb(OrderSearch& search, mpi::Communicator const& comm,
           std::function<void(PartialOrder const&)> const& after_step) {
  while (search.step(comm)) after_step(search.order());
}

}  // namespace thresher::partial_order
