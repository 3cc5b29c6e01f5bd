#include "study/data_points.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>

namespace thresher::study {

namespace {

/// Seconds of stages that one trial of a data point runs once for all points that share them.
class SharedStages {
 public:
  /// What `seconds` at one more point add to the trial: a shared stage costs what its dearest point does.
  double add(std::size_t data, std::size_t stage, std::string const& key, double seconds) {
    auto& dearest =
        dearest_[std::hash<std::string>{}(std::to_string(data) + '\n' + std::to_string(stage) + '\n' + key)];
    double const more = std::max(0.0, seconds - dearest);
    dearest += more;
    return more;
  }

 private:
  std::unordered_map<std::size_t, double> dearest_;  // by a hash: an estimate survives a collision
};

}  // namespace

std::vector<DataPoint> data_points(Study const& study, Survey const& survey, Rates const& rates) {
  auto const& about = study.description();
  auto const& grid = study.grid();
  std::vector<std::size_t> data_axes;
  for (std::size_t a = 0; a < grid.axes().size(); ++a)
    if (study.splits_units(a)) data_axes.push_back(a);
  std::vector<DataPoint> all;
  std::map<std::pair<std::size_t, int>, std::size_t> place;
  SharedStages once;
  for (std::uint32_t point = 0; point < grid.size(); ++point) {
    if (!survey.runs(point)) continue;
    std::size_t number = 0;
    for (auto const a : data_axes) number = number * grid.axes()[a].rows.size() + grid.position(point, a);
    int const team_size = survey.team_size[point];
    auto const [at, is_new] = place.try_emplace({number, team_size}, all.size());
    if (is_new) all.push_back({.number = number, .team_size = team_size});
    auto& data = all[at->second];
    auto const values = study.canonical(grid.point(point));
    double preparation_seconds = 0;
    for (std::size_t stage = 0; stage < about.stages.size(); ++stage) {
      auto const cost = study.cost(stage, values, {team_size, survey.memory_per_rank});
      if (stage < about.data_stage)
        preparation_seconds += rates.seconds(cost);
      else if (stage + 1 == about.stages.size())
        data.seconds += rates.seconds(cost);
      // Nested data are generated once, for the largest.
      else
        data.seconds +=
            once.add(at->second, stage, stage == about.data_stage ? "" : study.key_up_to(stage, values),
                     rates.seconds(cost));
      data.bytes_per_rank = std::max(data.bytes_per_rank, cost.bytes_per_rank);
    }
    data.preparation_seconds = std::max(data.preparation_seconds, preparation_seconds);
    data.points.push_back(point);
  }
  std::ranges::sort(all, {}, [](DataPoint const& data) { return std::pair(data.number, data.team_size); });
  return all;
}

}  // namespace thresher::study
