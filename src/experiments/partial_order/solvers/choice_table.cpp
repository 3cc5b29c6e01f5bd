#include "experiments/partial_order/solvers/choice_table.hpp"

#include <algorithm>
#include <cassert>

namespace thresher::partial_order {

ChoiceTable tabulate_choices(Sequences const& lists) {
  struct Choice {
    std::uint64_t set;
    std::uint8_t item;
    double weight;
  };
  std::vector<Choice> all;
  all.reserve(static_cast<std::size_t>(lists.choices()));
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const list = lists[s];
    std::uint64_t left = 0;
    for (auto t = static_cast<std::int64_t>(list.items.size()) - 1; t >= 0; --t) {
      auto const item = list.items[static_cast<std::size_t>(t)];
      assert(item < kMostWordItems);
      left |= std::uint64_t{1} << item;
      bool const certain = (left & (left - 1)) == 0;
      if (t < list.steps && !certain) all.push_back({left, static_cast<std::uint8_t>(item), list.weight});
    }
  }
  // Stable: weights of equal choices are added in the order of the lists.
  std::ranges::stable_sort(
      all, [](auto const& a, auto const& b) { return a.set != b.set ? a.set < b.set : a.item < b.item; });
  ChoiceTable table;
  for (auto const& one : all) {
    bool const same_set = !table.sets.empty() && table.sets.back() == one.set;
    if (!same_set) {
      table.first.push_back(static_cast<std::int32_t>(table.choice.size()));
      table.sets.push_back(one.set);
    }
    if (same_set && table.choice.back() == one.item) {
      table.weight.back() += one.weight;
    } else {
      table.choice.push_back(one.item);
      table.weight.push_back(one.weight);
    }
  }
  table.first.push_back(static_cast<std::int32_t>(table.choice.size()));
  return table;
}

}  // namespace thresher::partial_order
