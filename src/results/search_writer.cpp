#include "results/integrity.hpp"
#include "results/result_writer.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::results {

void ResultWriter::write_search() {
  auto const& grid = study_.grid();
  if (!search_) return;
  // While a single value has been visited the parameter has no axis, and every point is a line of its own.
  auto const searched = grid.axis_of(search_->parameter());
  hdf5::Extents lines;
  std::vector<hdf5::Object const*> scales;
  for (std::size_t a = 0; a < grid.axes().size(); ++a)
    if (a != searched) {
      lines.push_back(grid.axes()[a].rows.size());
      scales.push_back(&scales_[a]);
    }
  std::vector<LevelSearch::Line> courses;
  std::size_t longest = 1;
  for (std::size_t point = 0; point < layout_.points; ++point) {
    if (searched && grid.position(point, *searched) != 0) continue;
    courses.push_back(search_->follow([&](std::int64_t value) -> std::optional<double> {
      auto at = grid.point(point);
      at[search_->parameter()] = value;
      auto const number = grid.find(at);
      if (!number || !is_complete(*number)) return std::nullopt;
      return searched_means_[*number];
    }));
    longest = std::max(longest, courses.back().visited.size());
  }
  std::vector<double> crossings, visited, means;
  std::vector<std::int8_t> states;
  for (auto const& course : courses) {
    crossings.push_back(course.crossing.place);
    states.push_back(static_cast<std::int8_t>(course.crossing.state));
    for (std::size_t k = 0; k < longest; ++k) {
      visited.push_back(k < course.visited.size() ? static_cast<double>(course.visited[k]) : std::nan(""));
      means.push_back(k < course.visited.size() ? course.means[k] : std::nan(""));
    }
  }
  auto const group = child_group(names::kSearch);
  auto const steps = hdf5::write_counting_scale(group, names::kSearchStep, longest);
  auto const write = [&](std::string const& name, std::string const& meaning, auto const& values) {
    auto dataset = hdf5::write_dataset(group, name, values, lines);
    seal(dataset, values);
    hdf5::set_attribute(dataset, "long_name", meaning);
    for (std::size_t d = 0; d < scales.size(); ++d)
      hdf5::attach_scale(dataset, *scales[d], static_cast<unsigned>(d));
    return dataset;
  };
  auto const& parameter = study_.description().parameters[search_->parameter()].name;
  write("search_crossing", parameter + " at which " + study_.options().search_level + " is crossed",
        crossings);
  auto const state = write("search_state",
                           "whether the crossing was found, or lies at or below the lower end of the search, "
                           "above the upper one, or on an unknown side of both",
                           states);
  hdf5::set_attribute(state, "flag_values", std::vector<std::int8_t>{0, 1, 2, 3, 4});
  hdf5::set_attribute(state, "flag_meanings", "unfinished crossed below above outside");
  // The others have the steps of the search as their last dimension.
  lines.push_back(longest);
  scales.push_back(&steps);
  write("search_values", "values of " + parameter + " in the order visited", visited);
  write("search_means", "mean of " + study_.description().metrics[search_->metric()].name + " there", means);
}

bool ResultWriter::is_complete(std::size_t point) const {
  for (std::int64_t t = 0; t < ledger_.trials(); ++t)
    if (auto const state = ledger_.status(point, t); state == Status::not_run || state == Status::in_flight)
      return !ledger_.survey().valid[point];
  return true;
}

}  // namespace thresher::results
