#include "experiments/hawkes_network/data/offspring.hpp"

#include <algorithm>

namespace thresher::hawkes_network {

namespace {

/// Finaliser of SplitMix64 (Steele, Lea and Flood 2014).
std::uint64_t avalanche(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// Of a pair; `kind` tells uses apart.
std::uint64_t hash_pair(std::uint64_t first, std::uint64_t second, std::uint64_t kind) {
  return avalanche(avalanche(first + kind) + 0x9e3779b97f4a7c15U * (second + 1));
}

}  // namespace

std::uint64_t immigrant_id(std::int64_t node, std::uint64_t k) {
  return hash_pair(static_cast<std::uint64_t>(node), k, 0x243f6a8885a308d3U);
}

std::uint64_t child_id(std::uint64_t parent, std::uint64_t c) {
  return hash_pair(parent, c, 0x13198a2e03707344U);
}

Offspring::Offspring(Parameters const& point, Network const& network, mpi::Range nodes,
                     random::Stream const& draws)
    : kernel_(point.kernel),
      mean_delay_(1 / point.beta),
      first_(nodes.begin),
      draws_(draws),
      laws_(static_cast<std::size_t>(nodes.size())) {
  auto const is_own = [&](std::int64_t node) { return node >= nodes.begin && node < nodes.end; };
  auto const law_of = [&](std::int64_t node) -> Law& {
    return laws_[static_cast<std::size_t>(node - first_)];
  };
  for (auto const source : network.sources)
    if (is_own(source)) ++law_of(source).end;
  std::int64_t before = 0;
  for (auto& law : laws_) {
    auto const count = law.end + (point.self_weight > 0 ? 1 : 0);
    law.begin = law.end = before;
    before += count;
  }
  targets_.resize(static_cast<std::size_t>(before));
  cumulative_.resize(static_cast<std::size_t>(before));
  auto const add = [&](Law& law, std::int64_t target, double weight) {
    auto const at = static_cast<std::size_t>(law.end++);
    law.mean += weight;
    targets_[at] = static_cast<std::int32_t>(target);
    cumulative_[at] = law.mean;
  };
  for (std::int64_t i = 0; i < network.nodes(); ++i) {
    if (point.self_weight > 0 && is_own(i)) add(law_of(i), i, point.self_weight);
    auto const parents = network.parents(i);
    auto const weights = network.parent_weights(i);
    for (std::size_t r = 0; r < parents.size(); ++r)
      if (is_own(parents[r])) add(law_of(parents[r]), i, weights[r]);
  }
  for (auto& law : laws_) law.none = random::exponential_function(-law.mean);
}

std::int32_t Offspring::target(Law const& law, double u) const {
  auto const begin = cumulative_.begin() + law.begin;
  auto const last = cumulative_.begin() + law.end - 1;
  auto const found = std::upper_bound(begin, last, u * law.mean);
  return targets_[static_cast<std::size_t>(found - cumulative_.begin())];
}

}  // namespace thresher::hawkes_network
