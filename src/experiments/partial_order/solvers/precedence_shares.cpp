#include "experiments/partial_order/solvers/precedence_shares.hpp"

#include <cstddef>

namespace thresher::partial_order {

std::vector<double> precedence_counts(Sequences const& lists, std::int64_t items) {
  std::vector<double> counts(static_cast<std::size_t>(items * items), 0.0);
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const list = lists[s];
    for (std::size_t t = 0; t < static_cast<std::size_t>(list.steps); ++t) {
      double* const row = counts.data() + static_cast<std::int64_t>(list.items[t]) * items;
      for (auto const later : list.items.subspan(t + 1)) row[later] += list.weight;
    }
  }
  return counts;
}

std::vector<double> precedence_shares(std::vector<double> counts, std::int64_t items) {
  for (std::int64_t i = 0; i < items; ++i)
    for (std::int64_t j = i + 1; j < items; ++j) {
      double& forth = counts[static_cast<std::size_t>(i * items + j)];
      double& back = counts[static_cast<std::size_t>(j * items + i)];
      double const together = forth + back;
      forth = together > 0 ? forth / together : 0.0;
      back = together > 0 ? back / together : 0.0;
    }
  return counts;
}

}  // namespace thresher::partial_order
