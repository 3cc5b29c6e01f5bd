#include "study/result_layout.hpp"

#include "hdf5/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::study {

namespace {
constexpr std::size_t kTrialsPerChunk = 1024;

/// Calls `visit(at)` for at = start, ... below `end` in steps of `step`, the last dimension fastest.
void count_through(hdf5::Extents const& start, hdf5::Extents const& end, hdf5::Extents const& step,
                   std::function<void(hdf5::Extents const&)> const& visit) {
  auto at = start;
  for (;;) {
    visit(at);
    std::size_t d = at.size();
    for (; d > 0; --d) {
      at[d - 1] += step[d - 1];
      if (at[d - 1] < end[d - 1]) break;
      at[d - 1] = start[d - 1];
    }
    if (d == 0) return;
  }
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
  trial_chunk = hdf5::chunk_of(axes, trials >= hdf5::kNumbersPerChunk ? 1 : hdf5::kNumbersPerChunk / deep);
  trial_chunk.push_back(deep);
}

void ResultLayout::for_each_box(
    std::function<void(hdf5::Box const&, std::vector<std::uint32_t> const&)> const& visit) const {
  if (trials == 0) return;
  count_through(hdf5::Extents(axes.size(), 0), axes, trial_chunk, [&](hdf5::Extents const& start) {
    auto end = axes;
    hdf5::Box box{start, {}};
    for (std::size_t d = 0; d < axes.size(); ++d) {
      end[d] = std::min(start[d] + trial_chunk[d], axes[d]);
      box.count.push_back(end[d] - start[d]);
    }
    box.start.push_back(0);
    box.count.push_back(trials);
    std::vector<std::uint32_t> numbers;
    count_through(start, end, hdf5::Extents(axes.size(), 1), [&](hdf5::Extents const& at) {
      std::size_t number = 0;
      for (std::size_t d = 0; d < axes.size(); ++d) number = number * axes[d] + at[d];
      numbers.push_back(static_cast<std::uint32_t>(number));
    });
    visit(box, numbers);
  });
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
