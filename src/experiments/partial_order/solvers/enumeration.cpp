#include "experiments/partial_order/solvers/enumeration.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>

namespace thresher::partial_order {

namespace {

/// Codes of all total orders.
std::vector<OrderCode> total_orders(std::int64_t items) {
  std::vector<std::int64_t> permutation(static_cast<std::size_t>(items));
  std::iota(permutation.begin(), permutation.end(), 0);
  std::vector<OrderCode> codes;
  do {
    OrderCode code = 0;
    for (std::size_t a = 0; a < permutation.size(); ++a)
      for (std::size_t b = a + 1; b < permutation.size(); ++b)
        code |= OrderCode{1} << (permutation[a] * items + permutation[b]);
    codes.push_back(code);
  } while (std::next_permutation(permutation.begin(), permutation.end()));
  return codes;
}

}  // namespace

PartialOrder decode_order(OrderCode code, std::int64_t items) {
  PartialOrder order(items);
  for (std::int64_t i = 0; i < items; ++i)
    for (std::int64_t j = 0; j < items; ++j)
      if ((code >> (i * items + j) & 1U) != 0) order.add_pair(i, j);
  return order;
}

OrderPrior enumerate_orders(std::int64_t items) {
  assert(items <= kMostEnumeratedItems);
  auto const totals = total_orders(items);
  std::vector<OrderCode> all;
  all.reserve(totals.size() * totals.size());
  for (auto const first : totals)
    for (auto const second : totals) all.push_back(first & second);
  std::ranges::sort(all);
  OrderPrior prior;
  for (std::size_t begin = 0; begin < all.size();) {
    auto const end = static_cast<std::size_t>(
        std::upper_bound(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end(), all[begin]) -
        all.begin());
    prior.orders.push_back(all[begin]);
    prior.probability.push_back(static_cast<double>(end - begin) / static_cast<double>(all.size()));
    begin = end;
  }
  return prior;
}

}  // namespace thresher::partial_order
