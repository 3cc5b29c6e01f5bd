#include "experiments/partial_order/estimators/pooled_draws.hpp"

#include "mpi/exchange.hpp"

#include <cstddef>

namespace thresher::partial_order {

void pool_draws(DrawSummary const& mine, std::int64_t items, std::int64_t chains, std::int64_t samples,
                mpi::Communicator const& comm, Fit& fit) {
  auto const pairs = static_cast<std::size_t>(items * items);
  fit.scores.assign(pairs, 0.0);
  for (std::size_t pair = 0; pair < mine.edge_counts.size(); ++pair)
    fit.scores[pair] = static_cast<double>(mine.edge_counts[pair]);
  mpi::sum_in_place(comm, fit.scores);  // of integers: in any order
  for (double& score : fit.scores) score /= static_cast<double>(chains * samples);

  auto const relations = mpi::gather_parts(comm, mine.relations).values;
  for (std::int64_t c = 0; c < chains; ++c) {
    auto const begin = relations.begin() + static_cast<std::ptrdiff_t>(c * samples);
    fit.chains.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(samples));
  }

  auto const rows = mpi::gather_parts(comm, mine.kept).values;
  auto const words = static_cast<std::size_t>(items * bits::words_for(items));
  for (std::size_t at = 0; at < rows.size(); at += words)
    fit.mixture.push_back(PartialOrder::of_rows(items, std::span(rows).subspan(at, words)));
}

}  // namespace thresher::partial_order
