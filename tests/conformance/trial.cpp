#include "trial.hpp"

#include <fmt/format.h>

#include <bit>
#include <memory>
#include <stdexcept>

namespace thresher::conformance {

namespace {

Trial run(Study const& study, Point const& point, Point const& like, Team& team, Watch const& watch,
          std::int64_t trial) {
  auto const& about = study.description();
  auto const watched = [&](std::size_t stage, auto const& work) {
    if (watch) return watch(stage, work);
    work();
  };
  std::vector<std::unique_ptr<StageResult>> results;
  auto const before = [&] { return results.empty() ? nullptr : results.back().get(); };
  for (std::size_t stage = 0; stage + 1 < about.stages.size(); ++stage) {
    Point seen = point;
    if (stage < about.data_stage) {
      team.begin_trial({study.preparation_identity(stage), kNoTrial});
      for (std::size_t k = 0; k < seen.size(); ++k)
        if (about.parameters[k].stage > static_cast<int>(stage)) seen[k] = about.parameters[k].default_value;
    } else if (stage == about.data_stage) {
      team.begin_trial({study.identity(study.canonical(like)), trial});
    }
    Point const* const points[] = {&seen};
    watched(stage, [&] { results.push_back(study.run_stage(stage, before(), points, team)); });
  }
  if (about.data_stage + 1 == about.stages.size())
    team.begin_trial({study.identity(study.canonical(like)), trial});
  Trial measured{.metrics = std::vector<double>(about.metrics.size(), kUndefined)};
  watched(about.stages.size() - 1,
          [&] { measured.outcome = study.measure(before(), point, team, measured.metrics); });
  return measured;
}

}  // namespace

std::optional<Trial> run_bare(Study const& study, Point const& point, Point const& like, Team& team,
                              Watch const& watch, std::int64_t trial) try {
  return run(study, point, like, team, watch, trial);
} catch (Interrupted const&) {
  throw;
} catch (std::runtime_error const&) {
  return std::nullopt;
}

std::string difference(Description const& about, std::optional<Trial> const& a,
                       std::optional<Trial> const& b) {
  if (a && b) return difference(about, *a, *b);
  return a || b ? "one failed only" : "";
}

std::string difference(Description const& about, Trial const& a, Trial const& b) {
  std::string text;
  for (std::size_t m = 0; m < about.metrics.size(); ++m)
    if (about.metrics[m].kind != MetricKind::timing &&
        std::bit_cast<std::uint64_t>(a.metrics[m]) != std::bit_cast<std::uint64_t>(b.metrics[m]) &&
        !(std::isnan(a.metrics[m]) && std::isnan(b.metrics[m])))
      text += fmt::format("{} {} and {}; ", about.metrics[m].name, a.metrics[m], b.metrics[m]);
  for (auto const& [name, values] : a.arrays) {
    auto const other = b.arrays.find(name);
    auto const same = [](double x, double y) {
      return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
    };
    if (other == b.arrays.end() || !std::ranges::equal(values, other->second, same))
      text += "artifact " + name + "; ";
  }
  if (a.arrays.size() != b.arrays.size()) text += "other artifacts; ";
  if (a.outcome != b.outcome) text += "one converged only; ";
  return text;
}

std::string text_of(Description const& about, Point const& point) {
  std::string text;
  for (std::size_t k = 0; k < point.size(); ++k)
    if (point[k] != about.parameters[k].default_value)
      text += fmt::format("{} = {}, ", about.parameters[k].name, to_text(point[k]));
  return text.empty() ? "the defaults" : text.substr(0, text.size() - 2);
}

}  // namespace thresher::conformance
