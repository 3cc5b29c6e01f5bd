#include "numerics/ascending_order.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>

namespace thresher::numerics {

namespace {

constexpr std::size_t kValuesPerCell = 16;

struct Entry {
  double value;
  std::uint32_t index;
  friend bool operator<(Entry const& a, Entry const& b) {
    return std::tie(a.value, a.index) < std::tie(b.value, b.index);
  }
};

}  // namespace

std::vector<std::uint32_t> ascending_order(std::span<double const> values) {
  std::vector<std::uint32_t> order;
  if (values.empty()) return order;
  // Into cells of equal width first: each is then sorted in cache.
  auto const [least, largest] = std::ranges::minmax(values);
  auto const cells = values.size() / kValuesPerCell + 1;
  double const per_unit = static_cast<double>(cells) / (largest - least);
  auto const cell_of = [&, low = least](double value) {
    double const cell = (value - low) * per_unit;  // NaN where all are equal or too far apart to subtract
    return cell < static_cast<double>(cells - 1) ? static_cast<std::size_t>(cell) : cells - 1;
  };
  std::vector<std::uint32_t> ends(cells);
  for (double const value : values) ++ends[cell_of(value)];
  std::uint32_t before = 0;
  for (auto& end : ends) {
    auto const count = end;
    end = before;
    before += count;
  }
  std::vector<Entry> entries(values.size());
  for (std::size_t k = 0; k < values.size(); ++k)
    entries[ends[cell_of(values[k])]++] = {values[k], static_cast<std::uint32_t>(k)};
  auto first = entries.begin();
  for (auto const end : ends) {
    auto const last = entries.begin() + end;
    if (!std::is_sorted(first, last)) std::sort(first, last);
    first = last;
  }
  order.reserve(values.size());
  for (auto const& entry : entries) order.push_back(entry.index);
  return order;
}

}  // namespace thresher::numerics
