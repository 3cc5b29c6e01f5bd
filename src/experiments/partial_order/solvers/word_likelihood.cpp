#include "experiments/partial_order/solvers/word_likelihood.hpp"

#include "experiments/partial_order/model/choice_law.hpp"
#include "numerics/logarithms.hpp"

#include <bit>
#include <cmath>
#include <utility>

namespace thresher::partial_order {

namespace {

/// Whether sums of up to `count` of the weights are exact.
bool sums_are_exact(std::span<double const> weights, std::int64_t count) {
  constexpr double kLargestExact = 9007199254740992.0;
  for (double const weight : weights)
    if (weight != std::floor(weight) || weight * static_cast<double>(count) > kLargestExact) return false;
  return true;
}

}  // namespace

WordLikelihood::WordLikelihood(ChoiceTable table, std::int64_t items, Noise const& noise)
    : table_(std::move(table)),
      epsilon_(noise.epsilon),
      weights_(successor_weights(noise.beta, items)),
      whole_weights_(sums_are_exact(weights_, items)),
      occurrences_(static_cast<std::size_t>(items)),
      items_(static_cast<std::size_t>(items)),
      total_(table_.sets.size()),
      chosen_(table_.choice.size()),
      log_p_(table_.choice.size()),
      moved_items_(items_) {
  for (std::size_t number = 0; number < table_.sets.size(); ++number) {
    auto const set = table_.sets[number];
    even_.push_back(epsilon_ / std::popcount(set));
    for (auto rest = set; rest != 0; rest &= rest - 1)
      occurrences_[static_cast<std::size_t>(std::countr_zero(rest))].push_back(
          {set, static_cast<std::int32_t>(number)});
  }
}

double WordLikelihood::frontier_weight(std::uint64_t set) const {
  double total = 0;
  for (auto rest = set; rest != 0; rest &= rest - 1)
    total += weight(moved_items_[static_cast<std::size_t>(std::countr_zero(rest))], set);
  return total;
}

double WordLikelihood::sum() const {
  // Four interleaved sums: the compiler may not reorder one.
  double parts[4] = {};
  std::size_t const whole = log_p_.size() / 4 * 4;
  for (std::size_t c = 0; c < whole; c += 4)
    for (std::size_t k = 0; k < 4; ++k) parts[k] += table_.weight[c + k] * log_p_[c + k];
  for (std::size_t c = whole; c < log_p_.size(); ++c) parts[0] += table_.weight[c] * log_p_[c];
  return (parts[0] + parts[1]) + (parts[2] + parts[3]);
}

void WordLikelihood::reset(PartialOrder const& order) {
  for (std::size_t a = 0; a < items_.size(); ++a) {
    auto const item = static_cast<std::int64_t>(a);
    items_[a] = {order.before(item)[0], order.after(item)[0]};
  }
  moved_items_ = items_;
  touched_ = 0;
  moved_totals_.clear();
  moved_choices_.clear();
  for (std::size_t number = 0; number < table_.sets.size(); ++number) {
    auto const set = table_.sets[number];
    total_[number] = frontier_weight(set);
    double const scale = (1 - epsilon_) / total_[number];  // as in `propose`: the same bits
    for (auto c = static_cast<std::size_t>(table_.first[number]);
         c < static_cast<std::size_t>(table_.first[number + 1]); ++c) {
      chosen_[c] = weight(items_[table_.choice[c]], set);
      log_p_[c] = scale * chosen_[c] + even_[number];
    }
  }
  numerics::logarithms_in_place(log_p_);
  value_ = sum();
}

double WordLikelihood::propose(PartialOrder const& moved, std::int32_t item,
                               std::span<std::int32_t const> changed) {
  std::uint64_t partners = 0;
  for (auto const other : changed) partners |= std::uint64_t{1} << other;
  for (auto rest = touched_; rest != 0; rest &= rest - 1) {
    auto const a = static_cast<std::size_t>(std::countr_zero(rest));
    moved_items_[a] = items_[a];
  }
  touched_ = partners | std::uint64_t{1} << item;
  for (auto rest = touched_; rest != 0; rest &= rest - 1) {
    auto const a = std::countr_zero(rest);
    moved_items_[static_cast<std::size_t>(a)] = {moved.before(a)[0], moved.after(a)[0]};
  }

  moved_totals_.clear();
  moved_choices_.clear();
  moved_log_p_.clear();
  for (auto const& [set, number] : occurrences_[static_cast<std::size_t>(item)]) {
    if ((set & partners) == 0) continue;
    auto const at = static_cast<std::size_t>(number);
    double total = total_[at];
    if (whole_weights_) {
      for (auto rest = set & touched_; rest != 0; rest &= rest - 1) {
        auto const a = static_cast<std::size_t>(std::countr_zero(rest));
        total += weight(moved_items_[a], set) - weight(items_[a], set);
      }
    } else {
      total = frontier_weight(set);
    }
    moved_totals_.push_back({number, total});
    double const scale = (1 - epsilon_) / total;
    for (auto c = table_.first[at]; c < table_.first[at + 1]; ++c) {
      auto const chosen = table_.choice[static_cast<std::size_t>(c)];
      bool const is_touched = (touched_ >> chosen & 1U) != 0;
      double const own =
          is_touched ? weight(moved_items_[chosen], set) : chosen_[static_cast<std::size_t>(c)];
      moved_choices_.push_back({c, own});
      moved_log_p_.push_back(scale * own + even_[at]);
    }
  }
  numerics::logarithms_in_place(moved_log_p_);
  // What stands in log_p_ changes places with what is proposed, for the sum, and back.
  auto const exchange = [this] {
    for (std::size_t k = 0; k < moved_choices_.size(); ++k)
      std::swap(log_p_[static_cast<std::size_t>(moved_choices_[k].number)], moved_log_p_[k]);
  };
  exchange();
  moved_value_ = sum();
  exchange();
  return moved_value_;
}

void WordLikelihood::accept() {
  for (auto rest = touched_; rest != 0; rest &= rest - 1) {
    auto const a = static_cast<std::size_t>(std::countr_zero(rest));
    items_[a] = moved_items_[a];
  }
  for (auto const& [number, total] : moved_totals_) total_[static_cast<std::size_t>(number)] = total;
  for (std::size_t k = 0; k < moved_choices_.size(); ++k) {
    auto const c = static_cast<std::size_t>(moved_choices_[k].number);
    chosen_[c] = moved_choices_[k].weight;
    log_p_[c] = moved_log_p_[k];
  }
  value_ = moved_value_;
}

}  // namespace thresher::partial_order
