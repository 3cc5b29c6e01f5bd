#include "hdf5/attribute.hpp"
#include "hdf5/dataset.hpp"
#include "study/level_search.hpp"
#include "study/result_writer.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::study {

namespace names = result_names;
using hdf5::Extents;
using hdf5::Object;

void ResultWriter::write_search() {
  auto const search = LevelSearch::of(study_.configuration(), study_.description());
  if (!search) return;
  auto const& grid = study_.grid();
  auto const searched = grid.axis_of(search->parameter());
  if (!searched) return;
  Extents lines;
  for (std::size_t a = 0; a < grid.axes().size(); ++a)
    if (a != *searched) lines.push_back(grid.axes()[a].rows.size());
  std::vector<LevelSearch::Line> courses;
  std::size_t longest = 1;
  for (std::size_t point = 0; point < layout_.points; ++point) {
    if (grid.position(point, *searched) != 0) continue;
    courses.push_back(search->follow([&](std::int64_t value) -> std::optional<double> {
      auto at = grid.point(point);
      at[search->parameter()] = value;
      auto const number = grid.find(at);
      if (!number || !std::isfinite(searched_means_[*number])) return std::nullopt;
      return searched_means_[*number];
    }));
    longest = std::max(longest, courses.back().visited.size());
  }
  auto const group = child_group(names::kSearch);
  auto const attach_lines = [&](Object const& dataset) {
    unsigned dimension = 0;
    for (std::size_t a = 0; a < grid.axes().size(); ++a)
      if (a != *searched) hdf5::attach_scale(dataset, scales_[a], dimension++);
  };
  auto const steps = hdf5::write_counting_scale(group, "search_step", longest);
  auto const write = [&](std::string const& name, std::string const& meaning, Extents const& extents,
                         std::vector<double> const& values) {
    auto const dataset = hdf5::write_dataset(group, name, values, extents);
    hdf5::set_attribute(dataset, "long_name", meaning);
    attach_lines(dataset);
    if (extents.size() > lines.size())
      hdf5::attach_scale(dataset, steps, static_cast<unsigned>(lines.size()));
  };
  std::vector<double> crossings;
  std::vector<double> visited;
  std::vector<double> means;
  for (auto const& course : courses) {
    crossings.push_back(course.crossing.value_or(std::nan("")));
    for (std::size_t k = 0; k < longest; ++k) {
      visited.push_back(k < course.visited.size() ? static_cast<double>(course.visited[k]) : std::nan(""));
      means.push_back(k < course.means.size() ? course.means[k] : std::nan(""));
    }
  }
  auto const& parameter = study_.description().parameters[search->parameter()].name;
  write("search_crossing", parameter + " at which " + study_.options().search_level + " is crossed", lines,
        crossings);
  auto per_step = lines;
  per_step.push_back(longest);
  write("search_values", "values of " + parameter + " in the order visited", per_step, visited);
  write("search_means", "mean of " + study_.description().metrics[search->metric()].name + " there", per_step,
        means);
}

}  // namespace thresher::study
