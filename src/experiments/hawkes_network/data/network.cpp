#include "experiments/hawkes_network/data/network.hpp"

#include "experiments/hawkes_network/model/setting.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::hawkes_network {

namespace {

/// Distinct numbers floor(range u^exponent), in the order in which they are accepted. A draw that was met, or
/// that is `excluded`, is passed over.
class DistinctDraws {
 public:
  DistinctDraws(random::Stream const& stream, double exponent, std::int64_t range)
      : stream_(stream), exponent_(exponent), range_(range), met_(static_cast<std::size_t>(range), 0) {}

  std::vector<std::int32_t> operator()(std::uint64_t row, std::int64_t count, std::int64_t excluded) {
    ++round_;
    std::vector<std::int32_t> accepted;
    std::vector<double> uniforms(static_cast<std::size_t>(2 * count + 2));
    std::uint64_t drawn = 0;
    while (static_cast<std::int64_t>(accepted.size()) < count) {
      stream_.uniforms({row}, drawn, uniforms);
      drawn += uniforms.size();
      for (double const u : uniforms) {
        double const power = exponent_ == 1 ? u : std::pow(u, exponent_);
        auto const j = std::min(range_ - 1, static_cast<std::int64_t>(static_cast<double>(range_) * power));
        auto& mark = met_[static_cast<std::size_t>(j)];
        if (j == excluded || mark == round_) continue;
        mark = round_;
        accepted.push_back(static_cast<std::int32_t>(j));
        if (static_cast<std::int64_t>(accepted.size()) == count) break;
      }
    }
    return accepted;
  }

 private:
  random::Stream const& stream_;
  double exponent_;
  std::int64_t range_;
  std::vector<std::int64_t> met_;  ///< round in which a number was accepted last
  std::int64_t round_ = 0;
};

std::vector<Edge> draw_edges(Parameters const& point, study::Team const& team) {
  auto const parents = team.stream("network");
  auto const weights = team.stream("weights");
  std::vector<Edge> edges;
  if (point.s == 0) return edges;
  edges.reserve(static_cast<std::size_t>(point.s * target_count(point)));
  auto const add_row = [&](std::int64_t i, std::vector<std::int32_t> const& sources) {
    for (std::size_t r = 0; r < sources.size(); ++r) {
      double const u = point.alpha_spread > 0 ? weights.uniform({static_cast<std::uint64_t>(i)}, r) : 0;
      edges.push_back({static_cast<std::int32_t>(i), sources[r], point.alpha * (1 + point.alpha_spread * u)});
    }
  };
  if (point.graph == Graph::circulant) {
    DistinctDraws draw(parents, 1, point.d - 1);
    auto const offsets = draw(static_cast<std::uint64_t>(point.d), point.s, -1);
    for (std::int64_t i = 0; i < point.d; ++i) {
      std::vector<std::int32_t> sources;
      for (auto const offset : offsets)
        sources.push_back(static_cast<std::int32_t>((i + 1 + offset) % point.d));
      add_row(i, sources);
    }
    return edges;
  }
  DistinctDraws draw(parents, point.hub_exponent, source_count(point));
  for (auto i = point.d - target_count(point); i < point.d; ++i)
    add_row(i, draw(static_cast<std::uint64_t>(i), point.s, i));
  return edges;
}

}  // namespace

Network network_of(std::int64_t nodes, std::vector<Edge> edges) {
  std::ranges::sort(edges, {}, [](Edge const& edge) { return std::pair(edge.target, edge.source); });
  Network network;
  network.offsets.assign(static_cast<std::size_t>(nodes) + 1, 0);
  for (auto const& edge : edges) {
    ++network.offsets[static_cast<std::size_t>(edge.target) + 1];
    network.sources.push_back(edge.source);
    network.weights.push_back(edge.weight);
  }
  for (std::size_t i = 1; i < network.offsets.size(); ++i) network.offsets[i] += network.offsets[i - 1];
  return network;
}

void share_network(mpi::Communicator const& comm, Network& network) {
  mpi::broadcast_vector(comm, network.offsets);
  mpi::broadcast_vector(comm, network.sources);
  mpi::broadcast_vector(comm, network.weights);
}

Network draw_network(Parameters const& point, study::Team& team) {
  auto const& comm = team.communicator();
  Network network;
  if (comm.rank() == 0) network = network_of(point.d, draw_edges(point, team));
  share_network(comm, network);
  return network;
}

std::vector<double> draw_baselines(Parameters const& point, study::Team const& team) {
  std::vector<double> baselines(static_cast<std::size_t>(point.d), point.mu);
  if (point.mu_spread == 0) return baselines;
  std::vector<double> uniforms(baselines.size());
  team.stream("baselines").uniforms({}, 0, uniforms);
  for (std::size_t i = 0; i < baselines.size(); ++i)
    baselines[i] = point.mu * std::fma(point.mu_spread, 2 * uniforms[i] - 1, 1);
  return baselines;
}

// Richardson's iteration: the rest after a step of length h is at most h kappa/(1 - kappa).
double total_rate(Network const& network, double self_weight, std::span<double const> baselines,
                  double kappa) {
  std::vector<double> rates(baselines.begin(), baselines.end());
  std::vector<double> next(rates.size());
  for (double largest = std::numeric_limits<double>::infinity(), step = largest;
       step * kappa > 1e-13 * (1 - kappa) * largest || !std::isfinite(largest);) {
    step = largest = 0;
    for (std::size_t i = 0; i < rates.size(); ++i) {
      double rate = baselines[i] + self_weight * rates[i];
      auto const parents = network.parents(static_cast<std::int64_t>(i));
      auto const weights = network.parent_weights(static_cast<std::int64_t>(i));
      for (std::size_t r = 0; r < parents.size(); ++r)
        rate += weights[r] * rates[static_cast<std::size_t>(parents[r])];
      next[i] = rate;
      step = std::max(step, std::abs(rate - rates[i]));
      largest = std::max(largest, rate);
    }
    std::swap(rates, next);
  }
  double total = 0;
  for (double const rate : rates) total += rate;
  return total;
}

}  // namespace thresher::hawkes_network
