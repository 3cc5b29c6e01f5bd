#include "experiments/partial_order/theory/subset_law.hpp"

#include "experiments/partial_order/model/choice_law.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace thresher::partial_order {

namespace {

ItemSet set_of(std::span<bits::Word const> row) {
  return static_cast<ItemSet>(row[0]);
}

bool holds(ItemSet set, int item) {
  return (set >> item & 1U) != 0;
}

ItemSet without(ItemSet set, int item) {
  return set & ~(ItemSet{1} << item);
}

/// (1 - epsilon) e(S \ a) / e(S) over the frontier, and epsilon evenly.
void fill_queue_jump(PartialOrder const& order, double epsilon, std::span<double> choices) {
  int const n = static_cast<int>(order.items());
  auto const extensions = extension_counts(order);
  for (ItemSet set = 1; set < extensions.size(); ++set) {
    double const even = epsilon / std::popcount(set);
    for (int a = 0; a < n; ++a) {
      if (!holds(set, a)) continue;
      bool const first = (set_of(order.before(a)) & set) == 0;
      choices[static_cast<std::size_t>(set) * static_cast<std::size_t>(n) + static_cast<std::size_t>(a)] =
          even + (first ? (1 - epsilon) * extensions[without(set, a)] / extensions[set] : 0.0);
    }
  }
}

}  // namespace

FrontierWeights::FrontierWeights(PartialOrder const& order, Noise const& noise)
    : items_(static_cast<int>(order.items())),
      epsilon_(noise.epsilon),
      weights_(successor_weights(noise.beta, order.items())) {
  assert(order.items() <= kMostSubsetItems);
  for (std::int64_t a = 0; a < order.items(); ++a) {
    before_.push_back(set_of(order.before(a)));
    after_.push_back(set_of(order.after(a)));
  }
}

void FrontierWeights::choose(ItemSet set, std::span<double> probability) const {
  std::ranges::fill(probability, 0.0);
  double total = 0;
  for (ItemSet rest = set; rest != 0; rest &= rest - 1) {
    auto const a = static_cast<std::size_t>(std::countr_zero(rest));
    if ((before_[a] & set) != 0) continue;
    probability[a] = weights_[static_cast<std::size_t>(std::popcount(after_[a] & set))];
    total += probability[a];
  }
  double const even = epsilon_ / std::popcount(set);
  for (ItemSet rest = set; rest != 0; rest &= rest - 1) {
    auto const a = static_cast<std::size_t>(std::countr_zero(rest));
    probability[a] = (1 - epsilon_) * probability[a] / total + even;
  }
}

SubsetLaw::SubsetLaw(PartialOrder const& order, Generator generator, Noise const& noise)
    : items_(static_cast<int>(order.items())),
      choices_((std::size_t{1} << items_) * static_cast<std::size_t>(items_), 0.0),
      reach_(std::size_t{1} << items_, 0.0) {
  auto const n = static_cast<std::size_t>(items_);
  if (generator == Generator::queue_jump) {
    fill_queue_jump(order, noise.epsilon, choices_);
  } else {
    FrontierWeights const weights(order, noise);
    for (std::size_t set = 1; set < reach_.size(); ++set)
      weights.choose(static_cast<ItemSet>(set), std::span(choices_).subspan(set * n, n));
  }
  // What is left of a set is a smaller number.
  reach_.back() = 1;
  for (std::size_t set = reach_.size() - 1; set > 0; --set)
    for (int a = 0; a < items_; ++a)
      if (holds(static_cast<ItemSet>(set), a))
        reach_[without(static_cast<ItemSet>(set), a)] +=
            reach_[set] * choices_[set * n + static_cast<std::size_t>(a)];
}

std::vector<double> precedence_probabilities(SubsetLaw const& law) {
  int const n = law.items();
  std::vector<double> result(static_cast<std::size_t>(n) * static_cast<std::size_t>(n), 0.0);
  for (std::size_t number = 1; number < law.sets(); ++number) {
    auto const set = static_cast<ItemSet>(number);
    auto const choices = law.choices(set);
    for (int i = 0; i < n; ++i) {
      if (!holds(set, i)) continue;
      double const now = law.reach(set) * choices[static_cast<std::size_t>(i)];
      auto const row =
          std::span(result).subspan(static_cast<std::size_t>(i * n), static_cast<std::size_t>(n));
      for (ItemSet rest = without(set, i); rest != 0; rest &= rest - 1)
        row[static_cast<std::size_t>(std::countr_zero(rest))] += now;
    }
  }
  return result;
}

}  // namespace thresher::partial_order
