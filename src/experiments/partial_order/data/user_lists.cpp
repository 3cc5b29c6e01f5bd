#include "experiments/partial_order/data/user_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

namespace thresher::partial_order {

namespace {

std::int64_t entries_of(study::InputReader const& input, std::string const& name) {
  if (!input.has(name)) throw study::UserError(fmt::format("input: /{} is missing", name));
  auto const extents = input.extents(name);
  if (extents.size() != 1)
    throw study::UserError(fmt::format("input: /{} has {} dimensions; allowed is 1", name, extents.size()));
  return extents[0];
}

/// Parts of `items` that offsets say.
struct Cuts {
  std::string items_name;
  std::vector<std::int64_t> items;
  std::vector<std::int64_t> offsets;

  std::int64_t count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::span<std::int64_t const> operator[](std::int64_t part) const {
    auto const at = static_cast<std::size_t>(part);
    return std::span(items).subspan(static_cast<std::size_t>(offsets[at]),
                                    static_cast<std::size_t>(offsets[at + 1] - offsets[at]));
  }
};

Cuts read_cuts(study::InputReader const& input, std::string const& items_name,
               std::string const& offsets_name, std::int64_t items) {
  Cuts cuts{items_name, read_indices(input, items_name, items), {}};
  auto const entries = static_cast<std::int64_t>(cuts.items.size());
  cuts.offsets = read_indices(input, offsets_name, entries + 1);
  if (cuts.offsets.size() < 2)
    throw study::UserError(fmt::format("input: /{} has {} entries; allowed are at least 2 (one list)",
                                       offsets_name, cuts.offsets.size()));
  if (cuts.offsets.front() != 0 || cuts.offsets.back() != entries)
    throw study::UserError(
        fmt::format("input: /{} goes from {} to {}; allowed is from 0 to {}, the entries of /{}",
                    offsets_name, cuts.offsets.front(), cuts.offsets.back(), entries, items_name));
  for (std::int64_t part = 0; part < cuts.count(); ++part) {
    auto const at = static_cast<std::size_t>(part);
    if (cuts.offsets[at + 1] < cuts.offsets[at])
      throw study::UserError(
          fmt::format("input: /{} falls from {} to {} behind list {}; allowed are ascending offsets",
                      offsets_name, cuts.offsets[at], cuts.offsets[at + 1], part));
  }
  return cuts;
}

/// Makes lists one after the other, and checks them.
class ListMaker {
 public:
  ListMaker(std::string group, std::int64_t items, Repeats repeats)
      : group_(std::move(group)), repeats_(repeats), state_(static_cast<std::size_t>(items), State::absent) {}

  /// Without `choices` the list itself is its choice set.
  void add(std::span<std::int64_t const> listed, std::span<std::int64_t const> choices) {
    bool const has_choices = !choices.empty();
    auto const begin = lists_.items.size();
    for (auto const item : choices) {
      if (at(item) != State::absent) refuse(fmt::format("holds item {} twice in its choice set", item));
      at(item) = State::open;
    }
    std::int32_t steps = 0;
    for (auto const item : listed) {
      if (at(item) == State::chosen) {
        if (repeats_ == Repeats::first_kept) continue;
        refuse(fmt::format("holds item {} twice; allowed is once, or the attribute dedup = 1 of /{}", item,
                           group_));
      }
      if (has_choices && at(item) == State::absent)
        refuse(fmt::format("holds item {}, which is not in its choice set", item));
      at(item) = State::chosen;
      lists_.items.push_back(static_cast<std::int32_t>(item));
      ++steps;
    }
    for (auto const item : choices)
      if (at(item) == State::open) lists_.items.push_back(static_cast<std::int32_t>(item));
    std::sort(lists_.items.begin() + static_cast<std::ptrdiff_t>(begin) + steps, lists_.items.end());
    auto const size = lists_.items.size() - begin;
    if (size < 2 || steps < 1)
      refuse(fmt::format("holds {} item{}{}; allowed are at least {}", steps, steps == 1 ? "" : "s",
                         has_choices ? fmt::format(" of {}", size) : "", has_choices ? "1 of 2" : "2"));
    for (std::size_t k = begin; k < lists_.items.size(); ++k) at(lists_.items[k]) = State::absent;
    lists_.offset.push_back(static_cast<std::int64_t>(lists_.items.size()));
    lists_.steps.push_back(steps);
  }

  /// What has been made.
  Sequences take() {
    bool whole = true;
    for (std::size_t s = 0; s < lists_.steps.size(); ++s)
      whole = whole && lists_.steps[s] == lists_.offset[s + 1] - lists_.offset[s];
    if (whole) lists_.steps.clear();
    return std::move(lists_);
  }

 private:
  enum class State : std::uint8_t { absent, open, chosen };
  State& at(std::int64_t item) { return state_[static_cast<std::size_t>(item)]; }
  [[noreturn]] void refuse(std::string const& defect) const {
    throw study::UserError(fmt::format("input: list {} of /{} {}", lists_.steps.size(), group_, defect));
  }

  std::string group_;
  Repeats repeats_;
  std::vector<State> state_;
  Sequences lists_;
};

}  // namespace

std::vector<std::int64_t> read_indices(study::InputReader const& input, std::string const& name,
                                       std::int64_t below) {
  constexpr std::int64_t kSlab = std::int64_t{1} << 20;
  auto const count = entries_of(input, name);
  std::vector<std::int64_t> indices;
  indices.reserve(static_cast<std::size_t>(count));
  for (std::int64_t begin = 0; begin < count; begin += kSlab)
    for (double const value : input.read(name, {begin, std::min(count, begin + kSlab)}, {0, 1})) {
      if (!(value >= 0 && value < static_cast<double>(below)) || value != std::floor(value))
        throw study::UserError(
            fmt::format("input: /{} holds {}; allowed are integers in [0, {}]", name, value, below - 1));
      indices.push_back(static_cast<std::int64_t>(value));
    }
  return indices;
}

Sequences read_lists(study::InputReader const& input, std::string const& group, std::int64_t items,
                     Repeats repeats) {
  auto const listed = read_cuts(input, group + "/items", group + "/offsets", items);
  bool const has_choices = input.has(group + "/choice_items") || input.has(group + "/choice_offsets");
  Cuts choices;
  if (has_choices) {
    choices = read_cuts(input, group + "/choice_items", group + "/choice_offsets", items);
    if (choices.count() != listed.count())
      throw study::UserError(
          fmt::format("input: /{0}/choice_offsets is for {1} lists, /{0}/offsets for {2}; "
                      "allowed are as many",
                      group, choices.count(), listed.count()));
  }
  ListMaker maker(group, items, repeats);
  for (std::int64_t s = 0; s < listed.count(); ++s) {
    auto const choice_set = has_choices ? choices[s] : std::span<std::int64_t const>{};
    if (has_choices && choice_set.empty())
      throw study::UserError(fmt::format("input: list {} of /{} has an empty choice set", s, group));
    if (has_choices && repeats == Repeats::refused && listed[s].size() > choice_set.size())
      throw study::UserError(
          fmt::format("input: list {} of /{} holds {} items, more than its choice set ({})", s, group,
                      listed[s].size(), choice_set.size()));
    maker.add(listed[s], choice_set);
  }
  auto lists = maker.take();
  auto const weight_name = group + "/weight";
  if (input.has(weight_name)) {
    if (entries_of(input, weight_name) != lists.count())
      throw study::UserError(fmt::format("input: /{} has {} entries; allowed is one for each of {} lists",
                                         weight_name, entries_of(input, weight_name), lists.count()));
    lists.weight = input.read(weight_name, {0, lists.count()}, {0, 1});
    for (double const weight : lists.weight)
      if (!(weight > 0))
        throw study::UserError(
            fmt::format("input: /{} holds {}; allowed are positive numbers", weight_name, weight));
  }
  return lists;
}

}  // namespace thresher::partial_order
