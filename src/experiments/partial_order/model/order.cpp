#include "experiments/partial_order/model/order.hpp"

#include "experiments/partial_order/model/bit_rows.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace thresher::partial_order {

namespace {

using bits::Word;

/// Followers of every item by some relations, back to back.
struct Adjacency {
  std::vector<std::int64_t> offset;
  std::vector<std::int32_t> followers;

  std::span<std::int32_t const> of(std::int64_t item) const {
    auto const at = static_cast<std::size_t>(item);
    return std::span(followers).subspan(static_cast<std::size_t>(offset[at]),
                                        static_cast<std::size_t>(offset[at + 1] - offset[at]));
  }
};

Adjacency adjacency_of(std::int64_t items, std::span<Relation const> relations) {
  Adjacency graph{std::vector<std::int64_t>(static_cast<std::size_t>(items) + 1, 0),
                  std::vector<std::int32_t>(relations.size())};
  for (auto const& pair : relations) ++graph.offset[static_cast<std::size_t>(pair.first) + 1];
  for (std::size_t i = 1; i < graph.offset.size(); ++i) graph.offset[i] += graph.offset[i - 1];
  auto place = graph.offset;
  for (auto const& pair : relations)
    graph.followers[static_cast<std::size_t>(place[static_cast<std::size_t>(pair.first)]++)] = pair.second;
  return graph;
}

/// Items such that followers come behind; fewer than all where there is a cycle.
std::vector<std::int32_t> topological_order(std::int64_t items, Adjacency const& graph) {
  std::vector<std::int64_t> waits_for(static_cast<std::size_t>(items), 0);
  for (auto const item : graph.followers) ++waits_for[static_cast<std::size_t>(item)];
  std::vector<std::int32_t> sorted;
  for (std::int64_t i = 0; i < items; ++i)
    if (waits_for[static_cast<std::size_t>(i)] == 0) sorted.push_back(static_cast<std::int32_t>(i));
  for (std::size_t at = 0; at < sorted.size(); ++at)
    for (auto const next : graph.of(sorted[at]))
      if (--waits_for[static_cast<std::size_t>(next)] == 0) sorted.push_back(next);
  return sorted;
}

}  // namespace

void Order::restrict_to(std::span<std::int32_t const> chosen, std::span<std::uint8_t> table) const {
  auto const m = chosen.size();
  for (std::size_t a = 0; a < m; ++a)
    for (std::size_t b = 0; b < m; ++b) table[a * m + b] = a != b && precedes(chosen[a], chosen[b]) ? 1 : 0;
}

PartialOrder::PartialOrder(std::int64_t items)
    : items_(items),
      words_(bits::words_for(items)),
      after_(static_cast<std::size_t>(items_ * words_), 0),
      before_(static_cast<std::size_t>(items_ * words_), 0) {}

PartialOrder PartialOrder::closure_of(std::int64_t items, std::span<Relation const> relations) {
  auto const graph = adjacency_of(items, relations);
  auto const sorted = topological_order(items, graph);
  if (static_cast<std::int64_t>(sorted.size()) < items) {
    std::string cycle;
    auto const around = find_cycle(items, relations);
    for (auto const item : around) cycle += std::to_string(item) + " > ";
    throw std::invalid_argument("cycle " + cycle + std::to_string(around.front()));
  }
  PartialOrder order(items);
  auto const words = static_cast<std::size_t>(order.words_);
  for (auto item = sorted.rbegin(); item != sorted.rend(); ++item) {
    auto const own = std::span(order.after_).subspan(order.place(*item, 0), words);
    for (auto const next : graph.of(*item)) {
      set_bit(own, next);
      auto const beyond = order.after(next);
      for (std::size_t w = 0; w < words; ++w) own[w] |= beyond[w];
    }
  }
  order.turn_rows();
  return order;
}

PartialOrder PartialOrder::copy_of(Order const& order) {
  PartialOrder copy(order.items());
  for (std::int64_t i = 0; i < copy.items_; ++i)
    order.successors(i,
                     std::span(copy.after_).subspan(copy.place(i, 0), static_cast<std::size_t>(copy.words_)));
  copy.turn_rows();
  return copy;
}

void PartialOrder::turn_rows() {
  // Squares of 64 items by 64.
  std::array<Word, 64> square;
  for (std::int64_t down = 0; down < words_; ++down)
    for (std::int64_t along = 0; along < words_; ++along) {
      auto const rows = std::min<std::int64_t>(64, items_ - 64 * down);
      auto const columns = std::min<std::int64_t>(64, items_ - 64 * along);
      square.fill(0);
      for (std::int64_t r = 0; r < rows; ++r)
        square[static_cast<std::size_t>(r)] =
            after_[static_cast<std::size_t>((64 * down + r) * words_ + along)];
      transpose(square);
      for (std::int64_t c = 0; c < columns; ++c)
        before_[static_cast<std::size_t>((64 * along + c) * words_ + down)] =
            square[static_cast<std::size_t>(c)];
    }
}

PartialOrder PartialOrder::of_rows(std::int64_t items, std::span<Word const> rows) {
  PartialOrder order(items);
  std::ranges::copy(rows, order.after_.begin());
  order.turn_rows();
  return order;
}

PartialOrder PartialOrder::total(std::span<std::int32_t const> items_in_order) {
  PartialOrder order(static_cast<std::int64_t>(items_in_order.size()));
  for (std::size_t a = 0; a < items_in_order.size(); ++a)
    for (std::size_t b = a + 1; b < items_in_order.size(); ++b)
      order.add_pair(items_in_order[a], items_in_order[b]);
  return order;
}

void PartialOrder::successors(std::int64_t i, std::span<Word> row) const {
  std::ranges::copy(after(i), row.begin());
}

void PartialOrder::relate(std::int64_t i, std::int64_t j) {
  if (precedes(i, j)) return;
  std::vector<Word> upper(before(i).begin(), before(i).end());
  std::vector<Word> lower(after(j).begin(), after(j).end());
  set_bit(upper, i);
  set_bit(lower, j);
  auto const unite = [this](std::vector<Word>& rows, std::int64_t item, std::vector<Word> const& more) {
    for (std::size_t w = 0; w < more.size(); ++w) rows[place(item, 0) + w] |= more[w];
  };
  for_each_bit(upper, [&](std::int64_t a) { unite(after_, a, lower); });
  for_each_bit(lower, [&](std::int64_t b) { unite(before_, b, upper); });
}

void PartialOrder::add_pair(std::int64_t i, std::int64_t j) {
  after_[place(i, j)] |= Word{1} << (j & 63);
  before_[place(j, i)] |= Word{1} << (i & 63);
}

void PartialOrder::remove_pair(std::int64_t i, std::int64_t j) {
  after_[place(i, j)] &= ~(Word{1} << (j & 63));
  before_[place(j, i)] &= ~(Word{1} << (i & 63));
}

std::int64_t PartialOrder::relations() const {
  return count_bits(after_);
}

std::int64_t PartialOrder::common_relations(PartialOrder const& other) const {
  return static_cast<std::int64_t>(bits::count_common(after_, other.after_));
}

std::int64_t PartialOrder::maximal_items() const {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < items_; ++i) count += count_bits(before(i)) == 0 ? 1 : 0;
  return count;
}

std::vector<Relation> PartialOrder::pairs() const {
  std::vector<Relation> result;
  for (std::int64_t i = 0; i < items_; ++i)
    for_each_bit(after(i), [&](std::int64_t j) {
      result.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
    });
  return result;
}

bool PartialOrder::covers(std::int64_t i, std::int64_t j) const {
  return precedes(i, j) && disjoint(after(i), before(j));
}

std::vector<Relation> PartialOrder::cover() const {
  std::vector<Relation> result;
  for (std::int64_t i = 0; i < items_; ++i)
    for_each_bit(after(i), [&](std::int64_t j) {
      if (disjoint(after(i), before(j)))
        result.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
    });
  return result;
}

std::vector<std::int32_t> find_cycle(std::int64_t items, std::span<Relation const> relations) {
  auto const graph = adjacency_of(items, relations);
  auto const sorted = topological_order(items, graph);
  if (static_cast<std::int64_t>(sorted.size()) == items) return {};
  std::vector<bool> resolved(static_cast<std::size_t>(items), false);
  for (auto const item : sorted) resolved[static_cast<std::size_t>(item)] = true;
  // Whatever was not sorted waits for something that was not sorted: going back among those comes round.
  std::vector<std::int32_t> predecessor(static_cast<std::size_t>(items), -1);
  for (auto const& pair : relations)
    if (!resolved[static_cast<std::size_t>(pair.first)])
      predecessor[static_cast<std::size_t>(pair.second)] = pair.first;
  auto item =
      static_cast<std::int32_t>(std::find(resolved.begin(), resolved.end(), false) - resolved.begin());
  std::vector<std::int32_t> path;
  std::vector<bool> seen(static_cast<std::size_t>(items), false);
  while (!seen[static_cast<std::size_t>(item)]) {
    seen[static_cast<std::size_t>(item)] = true;
    path.push_back(item);
    item = predecessor[static_cast<std::size_t>(item)];
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), item));
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace thresher::partial_order
