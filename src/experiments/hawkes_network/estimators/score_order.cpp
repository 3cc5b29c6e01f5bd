#include "experiments/hawkes_network/estimators/score_order.hpp"

#include "mpi/exchange.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thresher::hawkes_network {

namespace {

/// A pair's place in the list.
struct Place {
  double score;
  std::int64_t pair;  ///< target * nodes + source

  bool operator<(Place const& other) const {
    return score != other.score ? score > other.score : pair < other.pair;
  }
};

}  // namespace

// The best cut is behind an edge, or before everything: it is enough to know how many other pairs stand
// before each edge.
ScoreOrder::ScoreOrder(Network const& truth, Observation const& observation, Fit const& fit) {
  auto const& comm = observation.communicator();
  auto const own = observation.own();
  auto const d = observation.nodes();
  std::vector<Place> own_edges;
  std::vector<Place> own_others;
  for (auto i = own.begin; i < own.end; ++i) {
    auto const parents = truth.parents(i);
    for (auto const& pair : fit.pairs[static_cast<std::size_t>(i - own.begin)]) {
      if (!std::isfinite(pair.score)) continue;
      bool const is_edge = std::ranges::binary_search(parents, pair.source);
      (is_edge ? own_edges : own_others).push_back({pair.score, i * d + pair.source});
    }
  }
  auto edges = mpi::gather_parts(comm, own_edges).values;
  std::ranges::sort(edges, std::less<>());
  std::vector<double> before(edges.size() + 1, 0.0);  // pairs between one edge and the next
  double highest = -std::numeric_limits<double>::infinity();
  for (auto const& other : own_others) {
    before[static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), other) - edges.begin())] +=
        1;
    highest = std::max(highest, other.score);
  }
  mpi::sum_in_place(comm, before);
  highest = mpi::max(comm, highest);

  auto const missing = truth.edges() - static_cast<std::int64_t>(edges.size());
  double const lowest = truth.edges() == 0 ? std::numeric_limits<double>::infinity()
                        : missing > 0      ? -std::numeric_limits<double>::infinity()
                                           : edges.back().score;
  separates_ = lowest > highest;
  best_hamming_ = static_cast<double>(truth.edges());
  double others = 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    others += before[k];
    best_hamming_ =
        std::min(best_hamming_, others + static_cast<double>(truth.edges()) - static_cast<double>(k + 1));
  }
}

}  // namespace thresher::hawkes_network
