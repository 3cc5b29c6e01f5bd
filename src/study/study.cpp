#include "study/study.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <unordered_map>

namespace thresher::study {

namespace {

std::size_t metric_named(Description const& description, std::string const& option, std::string const& name) {
  auto const metric = find_named(description.metrics, name);
  if (!metric)
    throw UserError(fmt::format("{}: no metric is named {}{}", option, name,
                                did_you_mean(name, names_of(description.metrics))));
  return *metric;
}

std::optional<TargetError> parse_target(Description const& description, std::string const& text) {
  if (text.empty()) return std::nullopt;
  auto const equals = text.find('=');
  if (equals == std::string::npos)
    throw UserError("target_se = " + text + ": allowed is metric=x, as in mse=0.01");
  return TargetError{metric_named(description, "target_se = " + text, text.substr(0, equals)),
                     parse_real("target_se", "(0, inf)", text.substr(equals + 1))};
}

Shard parse_shard(std::string const& text) {
  if (text.empty()) return {};
  Shard shard;
  auto const slash = text.find('/');
  auto const number = [&](std::string const& digits) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? value : -1;
  };
  if (slash != std::string::npos) {
    shard.part = number(text.substr(0, slash)) - 1;
    shard.parts = number(text.substr(slash + 1));
  }
  if (slash == std::string::npos || shard.parts < 1 || shard.part < 0 || shard.part >= shard.parts)
    throw UserError("shard = " + text + ": allowed is I/N with 1 <= I <= N");
  return shard;
}

}  // namespace

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

Study::Study(Experiment const& experiment, Configuration configuration, InputReader const* input)
    : experiment_(experiment),
      configuration_(std::move(configuration)),
      grid_(configuration_.grid(experiment.description())),
      input_(input),
      target_error_(parse_target(experiment.description(), configuration_.options.target_se)),
      shard_(parse_shard(configuration_.options.shard)),
      artifact_names_(split_names(configuration_.options.artifact_names, ',')) {
  auto const& options = configuration_.options;
  if (options.max_trials != 0 && !target_error_)
    throw UserError(
        fmt::format("max_trials = {}: belongs to target_se, which is not given", options.max_trials));
  if (target_error_ && options.trials < 2)
    throw UserError(fmt::format("trials = {}: target_se needs at least 2", options.trials));
  if (options.max_trials != 0 && options.max_trials < options.trials)
    throw UserError(
        fmt::format("max_trials = {}: allowed is trials = {} or more", options.max_trials, options.trials));
  auto const artifacts = names_of(description().artifacts);
  for (auto const& name : artifact_names_)
    if (!find_name(artifacts, name))
      throw UserError(
          fmt::format("artifact_names = {}: allowed are {}", name,
                      artifacts.empty() ? "none here" : fmt::format("{}", fmt::join(artifacts, ", "))));
  if (static_cast<double>(grid_.size()) * static_cast<double>(trials()) > 1e11)
    throw UserError(fmt::format("trials = {}: {} points x {} trials are more than 1e11", options.trials,
                                grid_.size(), trials()));
}

std::int64_t Study::trials() const {
  auto const& options = configuration_.options;
  if (options.only_trial >= 0) return std::max(options.trials, options.only_trial + 1);
  if (!target_error_) return options.trials;
  return options.max_trials > 0 ? options.max_trials : 20 * options.trials;
}

Verdict Study::verdict(Point const& point) const {
  Verdict verdict(description().parameters, point, configuration_.given, input_);
  experiment_.check(point, verdict);
  return verdict;
}

Point Study::canonical(Point const& point) const {
  Point canonical = point;
  auto const& parameters = description().parameters;
  auto const said = verdict(point);
  for (std::size_t const k : said.inert_parameters()) canonical[k] = parameters[k].default_value;
  for (std::size_t k = 0; k < parameters.size(); ++k)
    if (parameters[k].stage == kTheory) canonical[k] = parameters[k].default_value;
  return canonical;
}

std::string Study::identity(Point const& canonical) const {
  auto const& about = description();
  std::string text = fmt::format("experiment={}\ndata_version={}\nseed={}\n", about.name, about.data_version,
                                 configuration_.options.seed);
  if (configuration_.options.common_random_numbers) return text;
  for (std::size_t k = 0; k < about.parameters.size(); ++k)
    if (shapes_data(k) && canonical[k] != about.parameters[k].default_value)
      text += about.parameters[k].name + "=" + to_text(canonical[k]) + "\n";
  return text;
}

std::string Study::preparation_identity(std::size_t stage) const {
  auto const& about = description();
  return fmt::format("experiment={}\ndata_version={}\nstage={}\n", about.name, about.data_version,
                     about.stages[stage]);
}

bool Study::shapes_data(std::size_t k) const {
  int const stage = description().parameters[k].stage;
  return stage >= 0 && stage <= static_cast<int>(description().data_stage);
}

std::string Study::theory_identity(std::size_t theory) const {
  auto const& about = description();
  return fmt::format("experiment={}\ndata_version={}\nseed={}\ntheory={}\n", about.name, about.data_version,
                     configuration_.options.seed, about.theories[theory].name);
}

Point Study::seen_by_theory(std::size_t theory, Point const& point) const {
  auto const& about = description();
  Point seen = point;
  for (std::size_t k = 0; k < seen.size(); ++k)
    if (std::ranges::count(about.theories[theory].depends_on, k) == 0)
      seen[k] = about.parameters[k].default_value;
  return seen;
}

std::string Study::key_up_to(std::size_t stage, Point const& canonical) const {
  auto const& about = description();
  // The data of all points with one identity are the same numbers (under common random numbers, prefixes of
  // each other).
  if (stage == about.data_stage) return identity(canonical);
  // How a trial is executed does not show in its data, but may in the last bits of all else.
  int const execution = stage < about.data_stage ? 0 : static_cast<int>(about.data_stage) + 1;
  std::string key;
  for (std::size_t k = 0; k < about.parameters.size(); ++k) {
    int const shapes = about.parameters[k].stage == kExecution ? execution : about.parameters[k].stage;
    if (shapes >= 0 && shapes <= static_cast<int>(stage)) key += to_text(canonical[k]) + '\n';
  }
  return key;
}

std::string Study::place_of(std::size_t stage, Point const& canonical) const {
  auto const& about = description();
  auto text = fmt::format("{}\n{}", stage, key_up_to(stage, canonical));
  // Under common random numbers other data have the same key.
  if (stage == about.data_stage && configuration_.options.common_random_numbers)
    for (std::size_t k = 0; k < about.parameters.size(); ++k)
      if (shapes_data(k) && !about.parameters[k].nested) text += to_text(canonical[k]) + "\n";
  return text;
}

bool Study::splits_units(std::size_t axis) const {
  for (std::size_t const k : grid_.axes()[axis].parameters) {
    bool const nested = description().parameters[k].nested && configuration_.options.common_random_numbers;
    if (shapes_data(k) && !nested) return true;
  }
  return false;
}

std::vector<std::size_t> Study::theory_axes(std::size_t theory) const {
  std::set<std::size_t> axes;
  for (std::size_t const k : description().theories[theory].depends_on)
    if (auto const axis = grid_.axis_of(k)) axes.insert(*axis);
  return {axes.begin(), axes.end()};
}

bool Study::wants_artifact(std::string_view name, std::int64_t trial) const {
  if (!artifact_names_.empty() && !find_name(artifact_names_, name)) return false;
  if (input_ != nullptr || trial == configuration_.options.only_trial) return true;
  switch (configuration_.options.artifacts) {
    case ArtifactTrials::none:
      return false;
    case ArtifactTrials::first:
      return trial == 0;
    case ArtifactTrials::all:
      return true;
  }
  return false;
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
      auto const cost = study.experiment().cost(stage, canonical, g);
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

}  // namespace

Survey survey(Study const& study, int ranks, double memory_per_rank,
              std::vector<std::int32_t> const& kept_team_size) {
  auto const& about = study.description();
  auto const allowed = allowed_team_sizes(study.options().ranks_per_trial, ranks);
  std::size_t const points = study.grid().size();
  require_room(points, study.trials(), memory_per_rank);
  Survey result;
  result.valid.assign(points, true);
  result.wanted.assign(points, true);
  result.representative.resize(points);
  result.team_size.assign(points, 1);
  result.applicable_somewhere.assign(about.metrics.size(), false);
  bool repeats = false;
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
    if (verdict.is_deterministic() && study.trials() > 1)
      throw UserError(
          fmt::format("trials = {}: every trial on this input is the same; allowed is 1", study.trials()));
    for (auto const& warning : verdict.warnings())
      if (warned.insert(warning).second) result.warnings.push_back(warning);
    Point const canonical = study.canonical(point);
    repeats = repeats || canonical != point;
    auto const applicable = study.experiment().applicable(point);
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
