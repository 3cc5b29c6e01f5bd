#include "experiments/partial_order/estimators/trial_metrics.hpp"

#include "experiments/partial_order/model/bit_rows.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/model/user_facts.hpp"
#include "experiments/partial_order/solvers/hard_likelihood.hpp"
#include "experiments/partial_order/solvers/precedence_shares.hpp"
#include "experiments/partial_order/solvers/relaxed_likelihood.hpp"
#include "experiments/partial_order/solvers/soft_order.hpp"
#include "mpi/fixed_order_sum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thresher::partial_order {

namespace {

/// Unordered pairs of items that some list holds both of. Ranks share the items.
double pairs_seen(Sequences const& lists, std::int64_t items, mpi::Communicator const& comm) {
  std::vector<std::vector<std::int32_t>> lists_of(static_cast<std::size_t>(items));
  for (std::int64_t s = 0; s < lists.count(); ++s)
    for (auto const item : lists[s].items)
      lists_of[static_cast<std::size_t>(item)].push_back(static_cast<std::int32_t>(s));
  double seen = 0;
  auto const mine = mpi::share(items, comm.rank(), comm.size());
  std::vector<bits::Word> together(static_cast<std::size_t>(bits::words_for(items)));
  for (auto i = mine.begin; i < mine.end; ++i) {
    std::ranges::fill(together, bits::Word{0});
    for (auto const s : lists_of[static_cast<std::size_t>(i)])
      for (auto const j : lists[s].items)
        if (j != i) set_bit(together, j);
    seen += static_cast<double>(count_bits(together));
  }
  return mpi::sum(comm, seen) / 2;  // of integers: in any order
}

/// Part of the incomparable pairs that were seen in both orders.
double incomparable_seen(Order const& truth, Sequences const& training, mpi::Communicator const& comm) {
  auto const n = truth.items();
  double both = 0;
  double incomparable = 0;
  if (comm.rank() == 0) {
    auto const counts = precedence_counts(training, n);
    auto const count = [&](std::int64_t i, std::int64_t j) {
      return counts[static_cast<std::size_t>(i * n + j)];
    };
    for (std::int64_t i = 0; i < n; ++i)
      for (auto j = i + 1; j < n; ++j) {
        if (truth.precedes(i, j) || truth.precedes(j, i)) continue;
        ++incomparable;
        if (count(i, j) > 0 && count(j, i) > 0) ++both;
      }
  }
  return mpi::broadcast_value(comm, incomparable > 0 ? both / incomparable : study::kUndefined);
}

/// Smallest gap of two items in a coordinate.
double smallest_gap(Latents const& latents) {
  double gap = std::numeric_limits<double>::infinity();
  auto const k = static_cast<std::size_t>(latents.dimensions);
  for (std::size_t c = 0; c < k; ++c) {
    std::vector<double> sorted;
    for (std::size_t at = c; at < latents.values.size(); at += k) sorted.push_back(latents.values[at]);
    std::ranges::sort(sorted);
    for (std::size_t i = 1; i < sorted.size(); ++i) gap = std::min(gap, sorted[i] - sorted[i - 1]);
  }
  return gap;
}

}  // namespace

bool measures_relaxation(Parameters const& point) {
  return generates(point) && point.poset == Poset::random && point.generator == Generator::frontier;
}

bool counts_pairs(Parameters const& point) {
  return has_full_lists(point) && has_truth(point) && point.n_items <= kMostScoredItems;
}

void measure_trial(TrialData const& data, Sequences const& training, Parameters const& point,
                   study::Team& team, Metrics& metrics) {
  auto const& comm = team.communicator();
  auto const n = static_cast<double>(point.n_items);
  metrics.coverage = static_cast<double>(training.offset.back()) / n;
  metrics.pair_coverage =
      has_full_lists(point) ? 1 : pairs_seen(training, point.n_items, comm) / (n * (n - 1) / 2);
  if (counts_pairs(point)) metrics.ip_cov = incomparable_seen(*data.truth(), training, comm);
  if (!has_truth(point)) return;
  auto const& truth = *data.truth();
  std::vector<double> counts(1, 0.0);
  std::vector<bits::Word> row(static_cast<std::size_t>(bits::words_for(point.n_items)));
  std::vector<bits::Word> preceded(row.size(), 0);
  auto const mine = mpi::share(point.n_items, comm.rank(), comm.size());
  for (auto i = mine.begin; i < mine.end; ++i) {
    truth.successors(i, row);
    counts[0] += static_cast<double>(count_bits(row));
    for (std::size_t w = 0; w < row.size(); ++w) preceded[w] |= row[w];
  }
  std::vector<double> is_preceded(static_cast<std::size_t>(point.n_items), 0.0);
  for_each_bit(preceded, [&](std::int64_t j) { is_preceded[static_cast<std::size_t>(j)] = 1; });
  mpi::sum_in_place(comm, counts);
  mpi::sum_in_place(comm, is_preceded);
  metrics.relation_density = counts[0] / (n * (n - 1));
  metrics.maximal_items = static_cast<double>(std::ranges::count(is_preceded, 0.0));
}

void measure_relaxation(TrialData const& data, Sequences const& training, Parameters const& point,
                        study::Team& team, Metrics& metrics) {
  if (!measures_relaxation(point)) return;
  auto const& comm = team.communicator();
  auto const& latents = *data.latents();
  auto const noise = fit_noise(point);
  RelaxedLikelihood relaxed(comm, training, point.n_items, point.poset_dim, point.dominance,
                            Slopes::by_latents);
  std::vector<double> gradient(latents.values.size());
  double const soft = relaxed(latents, point.tau, noise, gradient).value;
  std::vector<double> hard(1);
  mpi::FixedOrderSum const sum(comm, training.count());
  sum(
      [&](mpi::Range lists, std::span<double> own) {
        HardLikelihood likelihood(noise, training.longest());
        for (auto s = lists.begin; s < lists.end; ++s)
          own[0] += training[s].weight * likelihood(*data.truth(), training[s]);
      },
      hard);
  metrics.relaxation_gap = std::abs(soft - hard[0]) / static_cast<double>(training.choices());

  SoftRelation const relation(point.dominance, latents, point.tau);
  double largest = 0;
  std::vector<double> row(static_cast<std::size_t>(point.n_items));
  std::vector<bits::Word> after(static_cast<std::size_t>(bits::words_for(point.n_items)));
  auto const mine = mpi::share(point.n_items, comm.rank(), comm.size());
  for (auto i = mine.begin; i < mine.end; ++i) {
    relation.row(i, row);
    data.truth()->successors(i, after);
    for (std::int64_t j = 0; j < point.n_items; ++j)
      if (j != i)
        largest =
            std::max(largest, std::abs(row[static_cast<std::size_t>(j)] - (test_bit(after, j) ? 1 : 0)));
  }
  metrics.soft_hard_max = mpi::max(comm, largest);
  metrics.soft_hard_bound =
      std::min(1.0, static_cast<double>(point.poset_dim) * std::exp(-smallest_gap(latents) / point.tau));
}

}  // namespace thresher::partial_order
