#include "experiments/partial_order/solvers/lists_likelihood.hpp"

#include "experiments/partial_order/solvers/word_likelihood.hpp"

#include <utility>

namespace thresher::partial_order {

ListsLikelihood::ListsLikelihood(Sequences const& lists, std::int64_t items, Noise const& noise)
    : lists_(lists),
      likelihood_(noise, lists.longest()),
      lists_of_(static_cast<std::size_t>(items)),
      log_p_(static_cast<std::size_t>(lists.count())),
      last_seen_(log_p_.size(), -1) {
  for (std::int64_t s = 0; s < lists.count(); ++s)
    for (auto const item : lists[s].items)
      lists_of_[static_cast<std::size_t>(item)].push_back(static_cast<std::int32_t>(s));
}

double ListsLikelihood::sum() const {
  double sum = 0;
  for (std::int64_t s = 0; s < lists_.count(); ++s)
    sum += lists_[s].weight * log_p_[static_cast<std::size_t>(s)];
  return sum;
}

void ListsLikelihood::reset(PartialOrder const& order) {
  for (std::int64_t s = 0; s < lists_.count(); ++s)
    log_p_[static_cast<std::size_t>(s)] = likelihood_(order, lists_[s]);
  moved_.clear();
  value_ = sum();
}

double ListsLikelihood::propose(PartialOrder const& moved, std::int32_t item,
                                std::span<std::int32_t const> changed) {
  ++proposal_;
  for (auto const other : changed)
    for (auto const s : lists_of_[static_cast<std::size_t>(other)])
      last_seen_[static_cast<std::size_t>(s)] = proposal_;
  moved_.clear();
  moved_log_p_.clear();
  for (auto const s : lists_of_[static_cast<std::size_t>(item)]) {
    if (last_seen_[static_cast<std::size_t>(s)] != proposal_) continue;
    moved_.push_back(s);
    moved_log_p_.push_back(likelihood_(moved, lists_[s]));
  }
  auto const exchange = [this] {
    for (std::size_t k = 0; k < moved_.size(); ++k)
      std::swap(log_p_[static_cast<std::size_t>(moved_[k])], moved_log_p_[k]);
  };
  exchange();
  moved_value_ = sum();
  exchange();
  return moved_value_;
}

void ListsLikelihood::accept() {
  for (std::size_t k = 0; k < moved_.size(); ++k)
    log_p_[static_cast<std::size_t>(moved_[k])] = moved_log_p_[k];
  value_ = moved_value_;
}

std::unique_ptr<MovingLikelihood> make_moving_likelihood(Sequences const& lists, std::int64_t items,
                                                         Noise const& noise) {
  if (items <= kMostWordItems) return std::make_unique<WordLikelihood>(tabulate_choices(lists), items, noise);
  return std::make_unique<ListsLikelihood>(lists, items, noise);
}

double moving_likelihood_bytes(std::int64_t items, double lists, double choices) {
  // A word table has for every choice its set with all the places of its items, while it is made itself
  // twice.
  auto const n = static_cast<double>(items);
  return items <= kMostWordItems ? choices * (96 + 16 * n) : 4 * choices + 24 * lists + 24 * n;
}

}  // namespace thresher::partial_order
