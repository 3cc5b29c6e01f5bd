#include "experiments/partial_order/solvers/plackett_luce.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace thresher::partial_order {

namespace {

/// Choices that are not certain: of a list that is listed to its end the last one is.
std::int64_t open_choices(SequenceView list) {
  return std::min<std::int64_t>(list.steps, static_cast<std::int64_t>(list.items.size()) - 1);
}

/// Calls visit(t, sum of v over what is left at t) for the open choices, last one first.
template <class Visit>
void visit_remaining_sums(std::span<double const> v, SequenceView list, Visit visit) {
  double sum = 0;
  auto const open = open_choices(list);
  for (auto t = static_cast<std::int64_t>(list.items.size()) - 1; t >= 0; --t) {
    sum += v[static_cast<std::size_t>(list.items[static_cast<std::size_t>(t)])];
    if (t < open) visit(t, sum);
  }
}

}  // namespace

PlackettLuce fit_plackett_luce(Sequences const& lists, std::int64_t items, double prior) {
  constexpr double kTolerance = 1e-9;
  constexpr std::int64_t kMostIterations = 500;
  auto const n = static_cast<std::size_t>(items);
  std::vector<double> wins(n, 0.0);
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const list = lists[s];
    for (std::int64_t t = 0; t < open_choices(list); ++t)
      wins[static_cast<std::size_t>(list.items[static_cast<std::size_t>(t)])] += list.weight;
  }
  PlackettLuce fit{std::vector<double>(n, 1 / static_cast<double>(items))};
  auto& v = fit.strengths;
  std::vector<double> chances(n);
  std::vector<double> inverse(static_cast<std::size_t>(lists.longest()));
  while (!fit.converged && fit.iterations < kMostIterations) {
    std::ranges::fill(chances, 0.0);
    for (std::int64_t s = 0; s < lists.count(); ++s) {
      auto const list = lists[s];
      visit_remaining_sums(v, list, [&](std::int64_t t, double sum) {
        inverse[static_cast<std::size_t>(t)] = list.weight / sum;
      });
      // An item takes part in all choices up to its own.
      double part = 0;
      auto const open = open_choices(list);
      for (std::size_t t = 0; t < list.items.size(); ++t) {
        if (static_cast<std::int64_t>(t) < open) part += inverse[t];
        chances[static_cast<std::size_t>(list.items[t])] += part;
      }
    }
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      // An item in no list has nothing but its prior: without one it has no strength.
      double const denominator = chances[i] + prior * static_cast<double>(items);
      chances[i] = denominator > 0 ? (wins[i] + prior) / denominator : 0.0;
      total += chances[i];
    }
    double change = 0;
    double largest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      chances[i] /= total;
      change = std::max(change, std::abs(chances[i] - v[i]));
      largest = std::max(largest, chances[i]);
    }
    v.swap(chances);
    ++fit.iterations;
    fit.converged = change < kTolerance * largest;
  }
  return fit;
}

double plackett_luce_log_likelihood(std::span<double const> strengths, SequenceView list) {
  double value = 0;
  visit_remaining_sums(strengths, list, [&](std::int64_t t, double sum) {
    value += std::log(strengths[static_cast<std::size_t>(list.items[static_cast<std::size_t>(t)])] / sum);
  });
  return value;
}

std::vector<std::int32_t> strongest_first(std::span<double const> strengths) {
  std::vector<std::int32_t> items(strengths.size());
  std::iota(items.begin(), items.end(), 0);
  std::ranges::stable_sort(items, [&](std::int32_t a, std::int32_t b) {
    return strengths[static_cast<std::size_t>(a)] > strengths[static_cast<std::size_t>(b)];
  });
  return items;
}

}  // namespace thresher::partial_order
