#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// Sorts times that are spread over [0, end] more or less evenly: each goes to the cell where an even spread
/// would have it, neighbours then change places. Linear, a few nanoseconds a time; clusters that crowd a cell
/// are sorted by comparisons.
class TimeSort {
 public:
  void operator()(std::span<double> times, double end);

 private:
  std::vector<double> scratch_;
  std::vector<std::uint32_t> cells_;
};

/// Events of several streams as one sequence in time. Equal times keep the order of the streams.
struct EventSequence {
  std::vector<double> times;
  std::vector<std::int32_t> streams;  ///< which stream each belongs to
};

/// Makes such sequences of sorted streams with times in [0, end].
class TimeMerge {
 public:
  void operator()(std::span<std::span<double const> const> streams, double end, EventSequence& merged);

 private:
  std::vector<std::uint32_t> cells_;
};

}  // namespace thresher::hawkes_network
