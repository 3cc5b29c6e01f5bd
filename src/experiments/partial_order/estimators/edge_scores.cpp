#include "experiments/partial_order/estimators/edge_scores.hpp"

#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/model/greedy_order.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "mpi/exchange.hpp"
#include "mpi/partition.hpp"

#include <algorithm>
#include <vector>

namespace thresher::partial_order {

namespace {

std::vector<double> all_rows(SoftRelation const& soft) {
  auto const n = static_cast<std::size_t>(soft.items());
  std::vector<double> scores(n * n);
  for (std::size_t i = 0; i < n; ++i)
    soft.row(static_cast<std::int64_t>(i), std::span(scores).subspan(i * n, n));
  return scores;
}

/// The order, stored: ranks share its rows.
PartialOrder stored(SoftOrder const& order, study::Team& team) {
  auto const& comm = team.communicator();
  auto const words = static_cast<std::size_t>(bits::words_for(order.items()));
  std::vector<bits::Word> rows;
  mpi::agree(comm, [&] {
    auto const mine = mpi::share(order.items(), comm.rank(), comm.size());
    rows.resize(static_cast<std::size_t>(mine.size()) * words);
    for (auto i = mine.begin; i < mine.end; ++i)
      order.successors(i, std::span(rows).subspan(static_cast<std::size_t>(i - mine.begin) * words, words));
  });
  return PartialOrder::of_rows(order.items(), comm.size() == 1 ? rows : mpi::gather_parts(comm, rows).values);
}

}  // namespace

std::shared_ptr<Order const> estimated_order(Fit const& fit, Parameters const& point, study::Team& team) {
  constexpr double kNeedsNoRepair = 0.5;
  if (fit.order) return fit.order;
  auto const n = point.n_items;
  if (fit.soft && point.edge_threshold >= kNeedsNoRepair) {
    SoftOrder order(point.dominance, *fit.soft, point.tau, point.edge_threshold);
    if (n > kMostStoredItems) return std::make_shared<SoftOrder const>(std::move(order));
    return std::make_shared<PartialOrder const>(stored(order, team));
  }
  return std::make_shared<PartialOrder const>(made_by_one(team, [&] {
    auto const scores = fit.soft ? all_rows(SoftRelation(point.dominance, *fit.soft, point.tau)) : fit.scores;
    return greedy_order(scores, n, point.edge_threshold);
  }));
}

EdgeScores::EdgeScores(Fit const& fit, Order const& order, Parameters const& point)
    : fit_(fit), order_(order) {
  if (fit.scores.empty() && !fit.order) soft_.emplace(point.dominance, *fit.soft, point.tau);
}

void EdgeScores::row(std::int64_t i, std::span<double> row) const {
  if (soft_) return soft_->row(i, row);
  if (!fit_.scores.empty()) {
    std::copy_n(
        fit_.scores.begin() + static_cast<std::ptrdiff_t>(i) * static_cast<std::ptrdiff_t>(row.size()),
        row.size(), row.begin());
    return;
  }
  std::vector<bits::Word> after(static_cast<std::size_t>(bits::words_for(order_.items())));
  order_.successors(i, after);
  std::ranges::fill(row, 0.0);
  for_each_bit(after, [&](std::int64_t j) { row[static_cast<std::size_t>(j)] = 1; });
}

}  // namespace thresher::partial_order
