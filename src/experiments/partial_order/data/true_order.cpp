#include "experiments/partial_order/data/true_order.hpp"

#include "experiments/partial_order/data/user_sequences.hpp"
#include "experiments/partial_order/model/named_orders.hpp"
#include "experiments/partial_order/model/setting.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace thresher::partial_order {

namespace {

/// A tree with root 0 and parents drawn among the items before, relabelled at random: parent of every item,
/// -1 of the root's.
std::vector<std::int32_t> draw_parents(std::int64_t items, study::Team const& team) {
  auto const n = static_cast<std::size_t>(items);
  std::vector<double> draws(n), keys(n);
  team.stream("parent").uniforms({}, 0, draws);
  team.stream("label").uniforms({}, 0, keys);
  std::vector<std::int32_t> by_key(n), label(n), parents(n, -1);
  std::iota(by_key.begin(), by_key.end(), 0);
  std::ranges::stable_sort(by_key, {}, [&](std::int32_t i) { return keys[static_cast<std::size_t>(i)]; });
  for (std::size_t rank = 0; rank < n; ++rank)
    label[static_cast<std::size_t>(by_key[rank])] = static_cast<std::int32_t>(rank);
  for (std::size_t i = 1; i < n; ++i) {
    auto const parent = static_cast<std::size_t>(std::floor(draws[i] * static_cast<double>(i)));
    parents[static_cast<std::size_t>(label[i])] = label[parent];
  }
  return parents;
}

/// Coordinates of a forest: i is an ancestor of j where i comes before j in depth-first order, whichever way
/// siblings are gone through.
Latents tree_coordinates(std::vector<std::int32_t> const& parents) {
  auto const n = parents.size();
  std::vector<std::vector<std::int32_t>> children(n);
  std::int32_t root = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (parents[i] < 0)
      root = static_cast<std::int32_t>(i);
    else
      children[static_cast<std::size_t>(parents[i])].push_back(static_cast<std::int32_t>(i));
  }
  Latents latents{static_cast<std::int64_t>(n), 2, std::vector<double>(2 * n)};
  for (std::size_t k = 0; k < 2; ++k) {
    std::vector<std::int32_t> waiting{root};
    double visited = 0;
    while (!waiting.empty()) {
      auto const i = static_cast<std::size_t>(waiting.back());
      waiting.pop_back();
      latents.values[2 * i + k] = -visited++;
      if (k == 0)
        waiting.insert(waiting.end(), children[i].begin(), children[i].end());
      else
        waiting.insert(waiting.end(), children[i].rbegin(), children[i].rend());
    }
  }
  return latents;
}

/// Coordinates of the other orders that are known by name and are too large to be stored.
Latents named_coordinates(Parameters const& point) {
  auto const n = point.n_items;
  std::int64_t const layers = point.poset == Poset::chain       ? n
                              : point.poset == Poset::antichain ? 1
                              : point.poset == Poset::layered
                                  ? point.layers
                                  : throw std::logic_error("partial_order: an order without coordinates");
  Latents latents{n, 2, {}};
  for (std::int64_t i = 0; i < n; ++i) {
    // Layers are far apart; within one the coordinates contradict each other.
    auto const layer = static_cast<double>(i * layers / n) * static_cast<double>(n);
    latents.values.push_back(-layer - static_cast<double>(i));
    latents.values.push_back(-layer + static_cast<double>(i));
  }
  return latents;
}

std::shared_ptr<Order const> order_of(Latents latents) {
  ProductOrder order(std::move(latents));
  if (order.items() > kMostStoredItems) return std::make_shared<ProductOrder const>(std::move(order));
  return std::make_shared<PartialOrder const>(PartialOrder::copy_of(order));
}

}  // namespace

TrueOrder make_true_order(Parameters const& point, study::Team& team) {
  switch (point.poset) {
    case Poset::random: {
      std::vector<double> normals(static_cast<std::size_t>(point.n_items * point.poset_dim));
      random::fill_normals(team.stream("poset"), {0, point.n_items, 0, point.poset_dim},
                           random::Layout::row_major, normals, point.poset_dim);
      auto latents = coloured(normals, point.poset_dim, point.poset_rho);
      return {order_of(latents), latents};
    }
    case Poset::file:
      return {std::make_shared<PartialOrder const>(
                  PartialOrder::closure_of(point.n_items, read_user_truth(*point.input, team))),
              {}};
    case Poset::forest:
      return {order_of(tree_coordinates(draw_parents(point.n_items, team))), {}};
    default:
      if (point.n_items > kMostStoredItems) return {order_of(named_coordinates(point)), {}};
      return {std::make_shared<PartialOrder const>(named_order(point.poset, point.n_items, point.layers)),
              {}};
  }
}

}  // namespace thresher::partial_order
