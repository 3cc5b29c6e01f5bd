#pragma once

#include "experiments/hawkes_network/model/parameters.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// Directed edges with weights, by targets: a sparse matrix in rows, the diagonal left out.
struct Network {
  std::vector<std::int64_t> offsets{0};  ///< row i: offsets[i] .. offsets[i + 1]
  std::vector<std::int32_t> sources;     ///< ascending in each row
  std::vector<double> weights;

  std::int64_t nodes() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t edges() const { return static_cast<std::int64_t>(sources.size()); }
  std::span<std::int32_t const> parents(std::int64_t target) const { return row(sources, target); }
  std::span<double const> parent_weights(std::int64_t target) const { return row(weights, target); }

 private:
  template <class T>
  std::span<T const> row(std::vector<T> const& values, std::int64_t target) const {
    auto const i = static_cast<std::size_t>(target);
    return std::span<T const>(values).subspan(static_cast<std::size_t>(offsets[i]),
                                              static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
  }
};

/// One edge of a list.
struct Edge {
  std::int32_t target = 0;
  std::int32_t source = 0;
  double weight = 0;
};
/// The network of a list of edges, in any order. Not collective.
Network network_of(std::int64_t nodes, std::vector<Edge> edges);

/// Makes the network that of rank 0. Collective.
void share_network(mpi::Communicator const& comm, Network& network);

/// The network of a trial, drawn by rank 0 and held by all. Collective.
Network draw_network(Parameters const& point, study::Team& team);

/// mu_i of all nodes. Not collective.
std::vector<double> draw_baselines(Parameters const& point, study::Team const& team);

/// Sum of the stationary rates, of Lambda = mu + A Lambda with `self_weight` on the diagonal. `kappa` bounds
/// the row sums. Not collective.
double total_rate(Network const& network, double self_weight, std::span<double const> baselines,
                  double kappa);

}  // namespace thresher::hawkes_network
