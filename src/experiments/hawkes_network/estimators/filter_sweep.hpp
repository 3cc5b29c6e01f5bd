#pragma once

#include "experiments/hawkes_network/data/time_sort.hpp"
#include "experiments/hawkes_network/estimators/decay_factors.hpp"

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// Events of several streams in time, each with the decay since the last mark: marks are 8/b apart, so that
/// factors and their inverses stay near 1 and nothing overflows.
class MarkedEvents {
 public:
  static constexpr double kMarkDistance = 8;  ///< in units of 1/b

  /// `streams` are sorted, within [0, end].
  void assign(std::span<std::span<double const> const> streams, double end, double decay);

  std::size_t size() const { return events_.times.size(); }
  double time(std::size_t k) const { return events_.times[k]; }
  std::int32_t stream(std::size_t k) const { return events_.streams[k]; }
  double factor(std::size_t k) const { return factors_[k]; }
  /// Number of marks passed.
  double mark(std::size_t k) const { return std::floor(events_.times[k] * scale_); }
  double mark_of(double time) const { return std::floor(time * scale_); }
  double factor_of(double time) const { return std::exp(-kMarkDistance * (time * scale_ - mark_of(time))); }

 private:
  TimeMerge merge_;
  EventSequence events_;
  std::vector<double> ages_;
  std::vector<double> factors_;
  double scale_ = 0;
};

/// Walks through `targets` in time and calls visit(stream, factor, filters): the exponential filter of source
/// j over its strict past, E_j(t) = sum over earlier events s of exp(-b (t - s)), is factor * filters[j].
/// `filters` has at least `sources` entries, those behind are zero up to a multiple of 8. At the end filters
/// hold E_j(end), events at the end included.
///
/// One exponential and one addition an event; nobody else is decayed, but for a scaling of all at every mark.
template <class Visit>
void sweep(MarkedEvents const& sources, MarkedEvents const& targets, double end, std::span<double> filters,
           Visit visit) {
  for (double& filter : filters) filter = 0;
  double mark = 0;
  std::size_t inserted = 0;
  auto const move_to_mark = [&](double next) {
    if (next <= mark) return;
    double const decay = std::exp(-MarkedEvents::kMarkDistance * (next - mark));
    for (double& filter : filters) filter *= decay;
    mark = next;
  };
  auto const insert = [&] {
    move_to_mark(sources.mark(inserted));
    filters[static_cast<std::size_t>(sources.stream(inserted))] += 1 / sources.factor(inserted);
    ++inserted;
  };
  for (std::size_t k = 0; k < targets.size(); ++k) {
    double const time = targets.time(k);
    while (inserted < sources.size() && sources.time(inserted) < time) insert();
    move_to_mark(targets.mark(k));
    visit(targets.stream(k), targets.factor(k), static_cast<double const*>(filters.data()));
  }
  while (inserted < sources.size()) insert();
  move_to_mark(sources.mark_of(end));
  double const factor = sources.factor_of(end);
  for (double& filter : filters) filter *= factor;
}

/// Filters are padded to whole vectors.
constexpr std::size_t padded(std::size_t count) {
  return (count + 7) / 8 * 8;
}

}  // namespace thresher::hawkes_network
