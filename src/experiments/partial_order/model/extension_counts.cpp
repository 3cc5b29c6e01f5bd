#include "experiments/partial_order/model/extension_counts.hpp"

#include <cassert>

namespace thresher::partial_order {

std::vector<std::uint64_t> words_after(PartialOrder const& order) {
  std::vector<std::uint64_t> words;
  for (std::int64_t i = 0; i < order.items(); ++i) words.push_back(order.after(i)[0]);
  return words;
}

std::vector<std::uint64_t> words_before(PartialOrder const& order) {
  std::vector<std::uint64_t> words;
  for (std::int64_t i = 0; i < order.items(); ++i) words.push_back(order.before(i)[0]);
  return words;
}

std::vector<double> extension_counts(PartialOrder const& order) {
  assert(order.items() <= 24);
  auto const before = words_before(order);
  std::vector<double> counts(std::size_t{1} << order.items(), 0.0);
  counts[0] = 1;
  for (std::uint64_t set = 1; set < counts.size(); ++set)
    for (std::uint64_t rest = set; rest != 0; rest &= rest - 1) {
      auto const a = static_cast<std::size_t>(__builtin_ctzll(rest));
      if ((before[a] & set) == 0) counts[set] += counts[set & ~(std::uint64_t{1} << a)];
    }
  return counts;
}

}  // namespace thresher::partial_order
