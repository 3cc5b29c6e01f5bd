#include "results/result_layout.hpp"

#include "hdf5/dataset.hpp"
#include "numerics/sample_moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thresher::results {

namespace {
constexpr std::size_t kTrialsPerChunk = 1024;

}  // namespace

ResultLayout::ResultLayout(Grid const& grid, std::int64_t trial_count)
    : points(grid.size()), trials(static_cast<std::size_t>(trial_count)), grid_(grid) {
  for (auto const& axis : grid_.axes()) axes.push_back(axis.rows.size());
  per_trial = axes;
  per_trial.push_back(trials);
  if (trials == 0) return;
  // Whole rows of trials of one box of points are held in memory at a time.
  std::size_t const deep = std::min(trials, kTrialsPerChunk);
  trial_chunk = hdf5::chunk_of(axes, trials >= hdf5::kNumbersPerChunk ? 1 : hdf5::kNumbersPerChunk / deep);
  trial_chunk.push_back(deep);
}

std::size_t ResultLayout::most_chunks(Study const& study) const {
  // An artifact has a chunk for each trial.
  if (study.options().artifacts == ArtifactTrials::all) return points * trials;
  std::size_t const chunks = study.options().artifacts == ArtifactTrials::first ? points : 1;
  std::size_t of_metric = 1;
  for (std::size_t d = 0; d < trial_chunk.size(); ++d)
    of_metric *= (per_trial[d] + trial_chunk[d] - 1) / trial_chunk[d];
  return std::max(chunks, of_metric);
}

void ResultLayout::for_each_box(
    std::function<void(hdf5::Box const&, std::uint32_t first, std::size_t count)> const& visit) const {
  if (trials == 0) return;
  for (std::size_t first = 0; first < points;) {
    auto box = box_of(grid_, first, 0, static_cast<std::int64_t>(trials));
    std::size_t count = 1;
    for (std::size_t d = 0; d < axes.size(); ++d) {
      box.count[d] = std::min(trial_chunk[d], axes[d] - box.start[d]);
      count *= box.count[d];
    }
    visit(box, static_cast<std::uint32_t>(first), count);
    first += count;
  }
}

hdf5::Box box_of(Grid const& grid, std::size_t point, std::int64_t first, std::int64_t count) {
  hdf5::Box box;
  for (std::size_t a = 0; a < grid.axes().size(); ++a) box.start.push_back(grid.position(point, a));
  box.count.assign(box.start.size(), 1);
  box.start.push_back(static_cast<hsize_t>(first));
  box.count.push_back(static_cast<hsize_t>(count));
  return box;
}

Summary summarise(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  Summary summary;
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  summary.count = static_cast<std::int64_t>(values.size());
  if (values.empty()) return {nan, nan, nan, 0};
  auto const moments = numerics::sample_moments(values);
  summary.mean = moments.mean;
  summary.standard_error = moments.standard_error;
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  summary.median = *middle;
  if (values.size() % 2 == 0)
    summary.median = std::midpoint(summary.median, *std::max_element(values.begin(), middle));
  return summary;
}

}  // namespace thresher::results
