#include "study/survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>
#include <stdexcept>
#include <unordered_map>

namespace thresher::study {

double parse_bytes(std::string const& name, std::string const& text) {
  static std::string const units = "KMGT";
  std::string digits = text;
  double factor = 1;
  if (!digits.empty() && (digits.back() == 'B' || digits.back() == 'b')) digits.pop_back();
  if (!digits.empty() && (digits.back() == 'i')) digits.pop_back();
  if (!digits.empty()) {
    auto const unit = units.find(static_cast<char>(std::toupper(digits.back())));
    if (unit != std::string::npos) {
      factor = std::pow(1024.0, static_cast<double>(unit + 1));
      digits.pop_back();
    }
  }
  try {
    return parse_real(name, "(0, inf)", digits) * factor;
  } catch (UserError const&) {
    throw UserError(name + " = " + text + ": allowed is a number of bytes, as in 3G or 512M");
  }
}

namespace {

/// Sizes of a team that the option allows, ascending.
std::vector<int> allowed_team_sizes(std::string const& option, int ranks) {
  std::vector<int> sizes;
  if (option == "auto") {
    for (int g = 1; g <= ranks; ++g)
      if (ranks % g == 0) sizes.push_back(g);
    return sizes;
  }
  auto const g = parse_integer("ranks_per_trial", "[1, 1e9]", option);
  if (g > ranks || ranks % g != 0)
    throw UserError(
        fmt::format("ranks_per_trial = {}: allowed is a divisor of the {} ranks, or auto", option, ranks));
  return {static_cast<int>(g)};
}

int choose_team_size(Study const& study, Point const& canonical, std::vector<int> const& allowed,
                     double memory, std::size_t number) {
  auto const& about = study.description();
  double smallest = std::numeric_limits<double>::infinity();
  std::string remedy;
  for (int const g : allowed) {
    double bytes = 0;
    for (std::size_t stage = 0; stage < about.stages.size(); ++stage) {
      auto const cost = study.cost(stage, canonical, {g, memory});
      bytes = std::max(bytes, cost.bytes_per_rank);
      if (!cost.remedy.empty()) remedy = cost.remedy + ", ";
    }
    if (bytes <= memory) return g;
    smallest = std::min(smallest, bytes);
  }
  throw UserError(fmt::format(
      "memory_per_rank = {:.3g} bytes: a trial at {} needs {:.3g} bytes per rank on a team of {}; allowed "
      "are {}more memory, more ranks per trial, or a smaller point",
      memory, study.grid().label(about.parameters, number), smallest, allowed.back(), remedy));
}

/// Rank 0 holds the state of every trial, and more for every point.
void require_room(std::size_t points, std::int64_t trials, double memory) {
  constexpr double kBytesPerPoint = 600;
  auto const count = static_cast<double>(points);
  double const states = count * static_cast<double>(trials);
  if (count * kBytesPerPoint > memory)
    throw UserError(fmt::format(
        "the grid has {} points, for which rank 0 needs {:.3g} bytes; memory_per_rank = {:.3g} is "
        "enough for {:.3g} points",
        points, count * kBytesPerPoint, memory, std::floor(memory / kBytesPerPoint)));
  if (count * kBytesPerPoint + states > memory)
    throw UserError(
        fmt::format("trials = {}: rank 0 needs {:.3g} bytes for the states of the trials at {} "
                    "points; memory_per_rank = {:.3g} is enough for {:.3g} trials",
                    trials, states, points, memory, std::floor(memory / count - kBytesPerPoint)));
}

/// Points that differ only in inert parameters are computed once, at the first of them.
void find_repetitions(Study const& study, Survey& result) {
  std::unordered_map<std::string, std::uint32_t> first_with;
  for (std::size_t number = 0; number < result.valid.size(); ++number) {
    if (!result.valid[number]) continue;
    std::string key;
    for (auto const& value : study.canonical(study.grid().point(number))) key += to_text(value) + '\n';
    auto const first =
        first_with.try_emplace(std::move(key), static_cast<std::uint32_t>(number)).first->second;
    result.representative[number] = first;
    result.team_size[number] = result.team_size[first];
  }
}

/// Asserts that points which share their data agree on which data parameters are inert: identities of trials
/// leave inert parameters out, and estimators would be compared on unlike data.
class DataInfluence {
 public:
  explicit DataInfluence(Study const& study) : study_(study) {
    for (std::size_t a = 0; a < study.grid().axes().size(); ++a)
      for (auto const k : study.grid().axes()[a].parameters)
        if (study.shapes_data(k) && (axes_.empty() || axes_.back() != a)) axes_.push_back(a);
  }
  void enter(std::size_t point, Verdict const& verdict) {
    std::size_t data = 0;
    for (auto const a : axes_)
      data = data * study_.grid().axes()[a].rows.size() + study_.grid().position(point, a);
    std::vector<std::size_t> inert;
    for (auto const k : verdict.inert_parameters())
      if (study_.shapes_data(k)) inert.push_back(k);
    std::ranges::sort(inert);
    auto const [known, is_new] = inert_.try_emplace(data, &*kinds_.insert(inert).first);
    if (is_new || *known->second == inert) return;
    std::vector<std::size_t> differ;
    std::ranges::set_symmetric_difference(*known->second, inert, std::back_inserter(differ));
    auto const& about = study_.description();
    throw std::logic_error(fmt::format(
        "{}: {} shapes the data, but is inert at {} and not at every other point with these data: "
        "only data parameters may make it so",
        about.name, about.parameters[differ.front()].name, study_.grid().label(about.parameters, point)));
  }

 private:
  Study const& study_;
  std::vector<std::size_t> axes_;  ///< that hold a data parameter
  std::set<std::vector<std::size_t>> kinds_;
  std::unordered_map<std::size_t, std::vector<std::size_t> const*> inert_;  ///< by the place on these axes
};

}  // namespace

Survey survey(Study const& study, int ranks, double memory_per_rank,
              std::vector<std::int32_t> const& kept_team_size) {
  auto const& about = study.description();
  auto const allowed = allowed_team_sizes(study.options().ranks_per_trial, ranks);
  std::size_t const points = study.grid().size();
  require_room(points, study.trials(), memory_per_rank);
  Survey result;
  result.memory_per_rank = memory_per_rank;
  result.valid.assign(points, true);
  result.wanted.assign(points, true);
  result.deterministic.assign(points, false);
  result.representative.resize(points);
  result.team_size.assign(points, 1);
  result.applicable_somewhere.assign(about.metrics.size(), false);
  bool repeats = false;
  DataInfluence data_influence(study);
  std::set<std::string> warned;
  for (std::size_t number = 0; number < points; ++number) {
    Point const point = study.grid().point(number);
    auto const verdict = study.verdict(point);
    result.representative[number] = static_cast<std::uint32_t>(number);
    if (!verdict.refusal().empty()) {
      if (!study.options().skip_invalid) throw UserError(verdict.refusal());
      result.valid[number] = false;
      continue;
    }
    result.deterministic[number] = verdict.is_deterministic();
    if (verdict.is_deterministic() && study.trials() > 1)
      throw UserError(
          fmt::format("trials = {}: every trial on this input is the same; allowed is 1", study.trials()));
    for (auto const& warning : verdict.warnings())
      if (warned.insert(warning).second) result.warnings.push_back(warning);
    data_influence.enter(number, verdict);
    Point const canonical = study.canonical(point, verdict);
    repeats = repeats || canonical != point;
    auto const applicable = study.applicable(point);
    for (std::size_t m = 0; m < applicable.size(); ++m)
      if (applicable[m]) result.applicable_somewhere[m] = true;
    result.team_size[number] = number < kept_team_size.size() && kept_team_size[number] > 0
                                   ? kept_team_size[number]
                                   : choose_team_size(study, canonical, allowed, memory_per_rank, number);
  }
  if (repeats) find_repetitions(study, result);
  return result;
}

}  // namespace thresher::study
