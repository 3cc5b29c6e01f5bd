#include "results/level_search.hpp"

#include "results/result_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>

namespace thresher::results {

std::optional<LevelSearch> LevelSearch::of(Configuration const& configuration,
                                           Description const& description) {
  auto const& options = configuration.options;
  if (options.search.empty() && options.search_level.empty()) return std::nullopt;
  auto const fail = [&](std::string const& reason) {
    throw UserError(fmt::format("search = {}: {}", options.search, reason));
  };
  auto const equals = options.search.find('=');
  auto const colon = options.search.find(':');
  if (equals == std::string::npos || colon == std::string::npos || colon < equals)
    fail("allowed is name=lower:upper, as in n2=0:4096, with search_level");
  LevelSearch search;
  auto const name = options.search.substr(0, equals);
  auto const found = find_named(description.parameters, name);
  if (!found) fail("no parameter is named " + name);
  search.parameter_ = *found;
  auto const& parameter = description.parameters[*found];
  if (parameter.kind != Kind::integer) fail("the parameter must be an integer");
  search.lower_ =
      std::get<std::int64_t>(parse_value(parameter, options.search.substr(equals + 1, colon - equals - 1)));
  search.upper_ = std::get<std::int64_t>(parse_value(parameter, options.search.substr(colon + 1)));
  if (search.lower_ >= search.upper_) fail("the lower end must lie below the upper one");
  for (auto const& zip : configuration.zips)
    if (find_name(zip, name)) fail("the parameter may not be zipped");
  if (!options.common_random_numbers) fail("needs common_random_numbers (smooth curves, nested designs)");
  if (!options.target_se.empty() || !options.shard.empty()) fail("excludes target_se and shard");
  if (options.trials < 1) fail("needs trials");
  auto const at = options.search_level.find('=');
  auto const metric = find_named(description.metrics, options.search_level.substr(0, at));
  if (at == std::string::npos || !metric)
    throw UserError(fmt::format("search_level = {}: allowed is metric=x with a metric of this experiment",
                                options.search_level));
  search.metric_ = *metric;
  search.level_ = parse_real("search_level", {}, options.search_level.substr(at + 1));
  return search;
}

LevelSearch::Line LevelSearch::follow(
    std::function<std::optional<double>(std::int64_t)> const& mean_at) const {
  Line line;
  line.crossing = numerics::level_crossing(lower_, upper_, level_, [&](std::int64_t value) {
    line.visited.push_back(value);
    auto const mean = mean_at(value);
    line.means.push_back(mean.value_or(std::nan("")));
    return mean;
  });
  return line;
}

SearchState search_state(LevelSearch const& search, Configuration const& configuration,
                         Description const& description, ResultReader const* stored) {
  auto values = configuration.values;
  values[search.parameter()] = {description.parameters[search.parameter()].default_value};
  Grid const lines(description.parameters, values, configuration.zips);
  SearchState state;
  state.complete = true;
  std::set<std::int64_t> all;
  auto visited = std::make_shared<std::map<std::size_t, std::set<std::int64_t>>>();
  auto const& metric = description.metrics[search.metric()].name;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // A plan does not know the means; that the level is crossed half-way is as good as any course.
  auto const unknown = [&](std::int64_t value) -> std::optional<double> {
    if (!configuration.options.plan) return std::nullopt;
    return value < search.middle() ? -infinity : infinity;
  };
  for (std::size_t number = 0; number < lines.size(); ++number) {
    auto const line = search.follow([&](std::int64_t value) -> std::optional<double> {
      if (stored == nullptr || stored->trials() < configuration.options.trials) return unknown(value);
      auto point = lines.point(number);
      point[search.parameter()] = value;
      auto const place = stored->grid().find(point);
      if (!place) return unknown(value);
      auto const states = stored->states(*place);
      auto const missing = [](Status s) { return s == Status::not_run; };
      if (std::any_of(states.begin(), states.end(), missing)) return unknown(value);
      return summarise(stored->row(metric, *place)).mean;
    });
    all.insert(line.visited.begin(), line.visited.end());
    (*visited)[number].insert(line.visited.begin(), line.visited.end());
    ++state.lines;
    state.censored += line.crossing.state > numerics::Crossing::crossed ? 1 : 0;
    state.complete = state.complete && line.crossing.state != numerics::Crossing::unfinished;
  }
  if (stored != nullptr)
    for (std::size_t point = 0; point < stored->grid().size(); ++point)
      all.insert(std::get<std::int64_t>(stored->grid().point(point)[search.parameter()]));
  state.values.assign(all.begin(), all.end());
  state.is_visited = [visited, lines, parameter = search.parameter(),
                      anything =
                          description.parameters[search.parameter()].default_value](Point const& point) {
    auto line = point;
    line[parameter] = anything;
    auto const number = lines.find(line);
    return number && (*visited)[*number].contains(std::get<std::int64_t>(point[parameter]));
  };
  return state;
}

}  // namespace thresher::results
