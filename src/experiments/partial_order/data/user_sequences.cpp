#include "experiments/partial_order/data/user_sequences.hpp"

#include "experiments/partial_order/data/user_lists.hpp"
#include "experiments/partial_order/model/extension_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

namespace thresher::partial_order {

namespace {

std::string group_of(UserLists which) {
  switch (which) {
    case UserLists::training:
      return "sequences";
    case UserLists::test:
      return "test";
    default:
      return "score";
  }
}

bool is_there(study::InputReader const& input, UserLists which) {
  return input.has(group_of(which) + "/items") || input.has(group_of(which) + "/offsets");
}

std::int64_t item_count(study::InputReader const& input) {
  constexpr std::int64_t kMostItems = 1000000;
  std::int64_t items = 0;
  std::string source;
  if (input.has("item/name")) {
    auto const extents = input.extents("item/name");
    items = extents.empty() ? 1 : extents[0];
    source = "/item/name has";
  } else {
    for (auto const* group : {"sequences", "truth"}) {
      if (!input.has(group)) continue;
      auto const attribute = input.numbers(group, "n_items");
      if (!attribute || attribute->size() != 1) continue;
      double const value = attribute->front();
      if (value != std::floor(value) || std::abs(value) > 1e9)
        throw study::UserError(
            fmt::format("input: the attribute n_items of /{} is {}; allowed is an integer", group, value));
      items = static_cast<std::int64_t>(value);
      source = fmt::format("the attribute n_items of /{} says", group);
      break;
    }
  }
  if (source.empty())
    throw study::UserError(
        "input: the number of items is missing: /item/name, or the attribute n_items of /sequences or "
        "/truth");
  if (items < 2 || items > kMostItems)
    throw study::UserError(fmt::format("input: {} {} items; allowed are 2 to {}", source, items, kMostItems));
  return items;
}

Repeats repeats_of(study::InputReader const& input) {
  if (!input.has("sequences")) return Repeats::refused;
  auto const attribute = input.numbers("sequences", "dedup");
  return attribute && !attribute->empty() && attribute->front() != 0 ? Repeats::first_kept : Repeats::refused;
}

std::vector<Relation> read_edges(study::InputReader const& input, std::int64_t items) {
  auto const extents = input.extents("truth/edges");
  if (extents.size() != 2 || extents[1] != 2)
    throw study::UserError(
        "input: /truth/edges must have two dimensions, the second one 2: first, second item");
  std::vector<Relation> edges;
  if (extents[0] == 0) return edges;
  auto const numbers = input.read("truth/edges", {0, extents[0]}, {0, 2});
  for (std::size_t k = 0; k < numbers.size(); k += 2) {
    for (double const value : {numbers[k], numbers[k + 1]})
      if (!(value >= 0 && value < static_cast<double>(items)) || value != std::floor(value))
        throw study::UserError(
            fmt::format("input: /truth/edges holds {}; allowed are integers in [0, {}]", value, items - 1));
    edges.push_back({static_cast<std::int32_t>(numbers[k]), static_cast<std::int32_t>(numbers[k + 1])});
  }
  auto const cycle = find_cycle(items, edges);
  if (!cycle.empty()) {
    std::string text;
    for (auto const item : cycle) text += fmt::format("{} > ", item);
    throw study::UserError(fmt::format("input: /truth/edges has the cycle {}{}; allowed is a partial order",
                                       text, cycle.front()));
  }
  return edges;
}

void note_training(Sequences const& lists, UserFacts& facts) {
  std::vector<bool> seen(static_cast<std::size_t>(facts.items), false);
  facts.sequences = lists.count();
  facts.steps = lists.choices();
  facts.full_lists = true;
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const list = lists[s];
    auto const size = static_cast<double>(list.items.size());
    facts.pairs += size * size;
    facts.appearances += size;
    facts.full_lists = facts.full_lists && list.steps == facts.items;
    for (auto const item : list.items) seen[static_cast<std::size_t>(item)] = true;
  }
  for (bool const one : seen) facts.unseen_items += one ? 0 : 1;
}

}  // namespace

UserFacts examine_user_sequences(study::InputReader const& input) {
  UserFacts facts;
  facts.items = item_count(input);
  auto const repeats = repeats_of(input);
  facts.dedup = repeats == Repeats::first_kept;
  bool const has_lists = is_there(input, UserLists::training);
  bool const has_edges = input.has("truth/edges");
  if (!has_lists && !has_edges)
    throw study::UserError("input: neither /sequences/items nor /truth/edges is there");
  auto const note_longest = [&](Sequences const& lists) {
    facts.longest = std::max(facts.longest, lists.longest());
    return lists.count();
  };
  if (has_lists) {
    auto const lists = read_lists(input, group_of(UserLists::training), facts.items, repeats);
    note_longest(lists);
    note_training(lists, facts);
    if (is_there(input, UserLists::test))
      facts.test_sequences = note_longest(read_lists(input, group_of(UserLists::test), facts.items, repeats));
    if (is_there(input, UserLists::scored))
      facts.score_sequences =
          note_longest(read_lists(input, group_of(UserLists::scored), facts.items, repeats));
  }
  if (has_edges) {
    auto edges = read_edges(input, facts.items);
    facts.edges = static_cast<std::int64_t>(edges.size());
    if (facts.items <= kMostSubsetItems) facts.small_truth = std::move(edges);
  }
  return facts;
}

Sequences read_user_sequences(UserFacts const& facts, UserLists which, study::Team& team) {
  auto const& comm = team.communicator();
  Sequences lists;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0)
      lists = read_lists(*team.input(), group_of(which), facts.items,
                         facts.dedup ? Repeats::first_kept : Repeats::refused);
  });
  mpi::broadcast_vector(comm, lists.items);
  mpi::broadcast_vector(comm, lists.offset);
  mpi::broadcast_vector(comm, lists.steps);
  mpi::broadcast_vector(comm, lists.weight);
  return lists;
}

std::vector<Relation> read_user_truth(UserFacts const& facts, study::Team& team) {
  auto const& comm = team.communicator();
  std::vector<Relation> edges;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) edges = read_edges(*team.input(), facts.items);
  });
  mpi::broadcast_vector(comm, edges);
  return edges;
}

}  // namespace thresher::partial_order
