#include "experiments/hawkes_network/data/time_sort.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

namespace thresher::hawkes_network {

namespace {

/// A time may have to pass so many others before a comparison sort is the better one.
constexpr std::size_t kCrowd = 48;

/// Cell of a time among `count` equal ones of [0, end]; the same function of the time everywhere, and
/// monotone.
struct Cells {
  double scale;
  std::uint32_t last;
  Cells(double end, std::size_t count)
      : scale(end > 0 ? static_cast<double>(count) / end : 0), last(static_cast<std::uint32_t>(count - 1)) {}
  std::uint32_t operator()(double time) const {
    return std::min(last, static_cast<std::uint32_t>(time * scale));
  }
};

/// Counts become the places where the cells begin. Returns the largest count.
std::size_t begin_cells(std::vector<std::uint32_t>& cells) {
  std::uint32_t before = 0;
  std::uint32_t largest = 0;
  for (auto& cell : cells) {
    auto const count = cell;
    largest = std::max(largest, count);
    cell = before;
    before += count;
  }
  return largest;
}

}  // namespace

void TimeSort::operator()(std::span<double> times, double end) {
  if (times.size() < 2) return;
  assert(times.size() < std::numeric_limits<std::uint32_t>::max());
  Cells const cell_of(end, times.size());
  cells_.assign(times.size(), 0);
  for (double const time : times) ++cells_[cell_of(time)];
  if (begin_cells(cells_) > kCrowd) {
    std::ranges::sort(times);
    return;
  }
  scratch_.assign(times.begin(), times.end());
  for (double const time : scratch_) times[cells_[cell_of(time)]++] = time;
  for (std::size_t k = 1; k < times.size(); ++k) {
    double const time = times[k];
    std::size_t at = k;
    for (; at > 0 && times[at - 1] > time; --at) times[at] = times[at - 1];
    times[at] = time;
  }
}

void TimeMerge::operator()(std::span<std::span<double const> const> streams, double end,
                           EventSequence& merged) {
  std::size_t total = 0;
  for (auto const stream : streams) total += stream.size();
  assert(total < std::numeric_limits<std::uint32_t>::max());
  merged.times.resize(total);
  merged.streams.resize(total);
  if (total == 0) return;
  Cells const cell_of(end, std::max<std::size_t>(1, total / 2));
  cells_.assign(cell_of.last + std::size_t{1}, 0);
  for (auto const stream : streams)
    for (double const time : stream) ++cells_[cell_of(time)];
  bool const crowded = begin_cells(cells_) > kCrowd;
  for (std::size_t s = 0; s < streams.size(); ++s)
    for (double const time : streams[s]) {
      auto const at = cells_[cell_of(time)]++;
      merged.times[at] = time;
      merged.streams[at] = static_cast<std::int32_t>(s);
    }
  if (crowded) {
    std::vector<std::uint32_t> order(total);
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t k) { return merged.times[k]; });
    EventSequence sorted{std::vector<double>(total), std::vector<std::int32_t>(total)};
    for (std::size_t k = 0; k < total; ++k) {
      sorted.times[k] = merged.times[order[k]];
      sorted.streams[k] = merged.streams[order[k]];
    }
    merged = std::move(sorted);
    return;
  }
  for (std::size_t k = 1; k < total; ++k) {
    double const time = merged.times[k];
    if (merged.times[k - 1] <= time) continue;
    auto const stream = merged.streams[k];
    std::size_t at = k;
    for (; at > 0 && merged.times[at - 1] > time; --at) {
      merged.times[at] = merged.times[at - 1];
      merged.streams[at] = merged.streams[at - 1];
    }
    merged.times[at] = time;
    merged.streams[at] = stream;
  }
}

}  // namespace thresher::hawkes_network
