#include "study/result_layout.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::study {

namespace {
constexpr std::size_t kNumbersPerChunk = 16384;
constexpr std::size_t kTrialsPerChunk = 1024;
constexpr std::size_t kCompactNumbers = 1024;

/// Extents of a chunk with about `numbers` numbers: the last dimensions whole, the earlier ones cut.
hdf5::Extents fill(hdf5::Extents const& extents, std::size_t numbers) {
  hdf5::Extents chunk(extents.size(), 1);
  for (std::size_t d = extents.size(); d-- > 0;) {
    chunk[d] = std::clamp<hsize_t>(numbers, 1, extents[d]);
    numbers = std::max<std::size_t>(numbers / chunk[d], 1);
  }
  return chunk;
}
}  // namespace

ResultLayout::ResultLayout(Study const& study) : trials(static_cast<std::size_t>(study.trials())) {
  for (auto const& axis : study.grid().axes()) axes.push_back(axis.rows.size());
  points = study.grid().size();
  per_trial = axes;
  per_trial.push_back(trials);
  if (trials == 0) return;
  // Whole rows of trials of one box of points are held in memory at a time.
  std::size_t const deep = std::min(trials, kTrialsPerChunk);
  trial_chunk = fill(axes, trials >= kNumbersPerChunk ? 1 : kNumbersPerChunk / deep);
  trial_chunk.push_back(deep);
}

void ResultLayout::for_each_box(std::function<void(hdf5::Extents const&, hdf5::Extents const&,
                                                   std::vector<std::uint32_t> const&)> const& visit) const {
  if (trials == 0) return;
  auto const dimensions = axes.size();
  hdf5::Extents start(dimensions + 1, 0);
  hdf5::Extents count(dimensions + 1, trials);
  for (;;) {
    std::size_t volume = 1;
    for (std::size_t d = 0; d < dimensions; ++d) {
      count[d] = std::min(trial_chunk[d], axes[d] - start[d]);
      volume *= count[d];
    }
    std::vector<std::uint32_t> numbers(volume);
    for (std::size_t k = 0; k < volume; ++k) {
      std::size_t rest = k;
      std::size_t number = 0;
      std::size_t stride = 1;
      for (std::size_t d = dimensions; d-- > 0;) {
        number += (start[d] + rest % count[d]) * stride;
        rest /= count[d];
        stride *= axes[d];
      }
      numbers[k] = static_cast<std::uint32_t>(number);
    }
    visit(start, count, numbers);
    std::size_t d = dimensions;
    for (; d > 0; --d) {
      start[d - 1] += trial_chunk[d - 1];
      if (start[d - 1] < axes[d - 1]) break;
      start[d - 1] = 0;
    }
    if (d == 0) return;
  }
}

hdf5::Extents ResultLayout::chunk_of(hdf5::Extents const& extents) {
  std::size_t volume = 1;
  for (auto const n : extents) volume *= n;
  if (volume <= kCompactNumbers) return {};
  return fill(extents, kNumbersPerChunk);
}

Summary summarise(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  Summary summary;
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  summary.count = static_cast<std::int64_t>(values.size());
  auto const n = static_cast<double>(values.size());
  if (values.empty()) return {nan, nan, nan, 0};
  for (double const v : values) summary.mean += v;
  summary.mean /= n;
  double squares = 0;
  for (double const v : values) squares += (v - summary.mean) * (v - summary.mean);
  summary.standard_error = values.size() < 2 ? nan : std::sqrt(squares / (n - 1) / n);
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  summary.median = *middle;
  if (values.size() % 2 == 0)
    summary.median = (summary.median + *std::max_element(values.begin(), middle)) / 2;
  return summary;
}

}  // namespace thresher::study
