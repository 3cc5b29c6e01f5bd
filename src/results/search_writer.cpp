#include "results/result_writer.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::results {

void ResultWriter::write_search() {
  auto const& grid = study_.grid();
  auto const searched = search_ ? grid.axis_of(search_->parameter()) : std::nullopt;
  if (!searched) return;
  hdf5::Extents lines;
  std::vector<hdf5::Object const*> scales;
  for (std::size_t a = 0; a < grid.axes().size(); ++a)
    if (a != *searched) {
      lines.push_back(grid.axes()[a].rows.size());
      scales.push_back(&scales_[a]);
    }
  std::vector<LevelSearch::Line> courses;
  std::size_t longest = 1;
  for (std::size_t point = 0; point < layout_.points; ++point) {
    if (grid.position(point, *searched) != 0) continue;
    courses.push_back(search_->follow([&](std::int64_t value) -> std::optional<double> {
      auto at = grid.point(point);
      at[search_->parameter()] = value;
      auto const number = grid.find(at);
      if (!number || !std::isfinite(searched_means_[*number])) return std::nullopt;
      return searched_means_[*number];
    }));
    longest = std::max(longest, courses.back().visited.size());
  }
  std::vector<double> crossings, visited, means;
  for (auto const& course : courses) {
    crossings.push_back(course.crossing.value_or(std::nan("")));
    for (std::size_t k = 0; k < longest; ++k) {
      visited.push_back(k < course.visited.size() ? static_cast<double>(course.visited[k]) : std::nan(""));
      means.push_back(k < course.means.size() ? course.means[k] : std::nan(""));
    }
  }
  auto const group = child_group(names::kSearch);
  auto const steps = hdf5::write_counting_scale(group, "search_step", longest);
  auto const write = [&](std::string const& name, std::string const& meaning,
                         std::vector<double> const& values) {
    auto const dataset = hdf5::write_dataset(group, name, values, lines);
    hdf5::set_attribute(dataset, "long_name", meaning);
    for (std::size_t d = 0; d < scales.size(); ++d)
      hdf5::attach_scale(dataset, *scales[d], static_cast<unsigned>(d));
  };
  auto const& parameter = study_.description().parameters[search_->parameter()].name;
  write("search_crossing", parameter + " at which " + study_.options().search_level + " is crossed",
        crossings);
  // The others have the steps of the search as their last dimension.
  lines.push_back(longest);
  scales.push_back(&steps);
  write("search_values", "values of " + parameter + " in the order visited", visited);
  write("search_means", "mean of " + study_.description().metrics[search_->metric()].name + " there", means);
}

}  // namespace thresher::results
