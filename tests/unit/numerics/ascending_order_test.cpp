#include "numerics/ascending_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace thresher::numerics {
namespace {

std::vector<std::uint32_t> by_comparison(std::vector<double> const& values) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t k) { return values[k]; });
  return order;
}

/// Values without an order of their own, in (-1, 1).
std::vector<double> scattered(std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t k = 0; k < count; ++k) values[k] = std::sin(1e4 * std::sin(static_cast<double>(k) + 0.5));
  return values;
}

TEST(AscendingOrder, IsThatOfAStableSort) {
  for (std::size_t const count : {0u, 1u, 2u, 17u, 5000u})
    EXPECT_EQ(ascending_order(scattered(count)), by_comparison(scattered(count)));
}

TEST(AscendingOrder, KeepsEqualValuesInTheirOrder) {
  auto clipped = scattered(3000);
  for (auto& value : clipped) value = std::clamp(value, -0.4, 0.3);
  clipped[10] = 0.0;
  clipped[5] = -0.0;
  EXPECT_EQ(ascending_order(clipped), by_comparison(clipped));
  EXPECT_EQ(ascending_order(std::vector<double>(100, -2.5)), by_comparison(std::vector<double>(100, -2.5)));
}

TEST(AscendingOrder, BearsGapsAndTheWholeRangeOfDoubles) {
  auto gaps = scattered(2000);
  for (std::size_t k = 0; k < gaps.size(); k += 7) gaps[k] *= std::pow(10.0, static_cast<double>(k % 300));
  EXPECT_EQ(ascending_order(gaps), by_comparison(gaps));
  std::vector<double> const ends{1e308, -1e308, 0, 1.5e308, -1.7e308, 5e-324, -5e-324};
  EXPECT_EQ(ascending_order(ends), by_comparison(ends));
}

}  // namespace
}  // namespace thresher::numerics
