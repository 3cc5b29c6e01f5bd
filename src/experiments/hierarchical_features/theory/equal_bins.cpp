#include "experiments/hierarchical_features/theory/equal_bins.hpp"

namespace thresher::hierarchical_features {

std::vector<double> bin_means(std::span<double const> ascending, std::int64_t bins) {
  auto const count = static_cast<std::int64_t>(ascending.size());
  std::vector<double> means;
  for (std::int64_t bin = 0; bin < bins; ++bin) {
    auto const begin = bin_begin(bin, bins, count);
    auto const end = bin_begin(bin + 1, bins, count);
    double sum = 0;
    for (auto rank = begin; rank < end; ++rank) sum += ascending[static_cast<std::size_t>(rank)];
    means.push_back(sum / static_cast<double>(end - begin));
  }
  return means;
}

}  // namespace thresher::hierarchical_features
