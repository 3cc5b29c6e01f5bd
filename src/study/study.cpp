#include "study/study.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

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

/// Which theories `text` asks for.
std::vector<bool> parse_theories(Description const& description, std::string const& text) {
  auto const& theories = description.theories;
  std::vector<bool> wanted(theories.size(), text == "all");
  if (text.empty())
    for (std::size_t k = 0; k < theories.size(); ++k) wanted[k] = !theories[k].on_request;
  if (text.empty() || text == "all" || text == "none") return wanted;
  auto const names = names_of(theories);
  for (auto const& name : split_names(text, '+')) {
    auto const theory = find_name(names, name);
    if (!theory)
      throw UserError(
          fmt::format("theory = {}: no theory is named {}; allowed are all, none or, joined by +: {}", text,
                      name, fmt::join(names, ", ")));
    wanted[*theory] = true;
  }
  return wanted;
}

}  // namespace

Study::Study(Experiment const& experiment, Configuration configuration, OpenedInput input)
    : experiment_(experiment),
      configuration_(std::move(configuration)),
      grid_(configuration_.grid(experiment.description())),
      input_(std::move(input)),
      target_error_(parse_target(experiment.description(), configuration_.options.target_se)),
      shard_(parse_shard(configuration_.options.shard)),
      artifact_names_(split_names(configuration_.options.artifact_names, ',')),
      wanted_theories_(parse_theories(experiment.description(), configuration_.options.theory)) {
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
  // The user's own data may keep its arrays unasked.
  if (!artifact_names_.empty() && options.artifacts == ArtifactTrials::none && options.only_trial < 0 &&
      !input_.facts)
    throw UserError(fmt::format("artifact_names = {}: no trial keeps arrays; needs artifacts = first or all",
                                options.artifact_names));
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
  Verdict verdict(description().parameters, point, configuration_.given);
  experiment_.check(point, input_.facts.get(), verdict);
  return verdict;
}

void Study::predict(std::size_t theory, Point const& point, std::span<double> predictions) const {
  TheoryContext const context(theory_identity(theory));
  experiment_.predict(theory, seen_by_theory(theory, point), input_.facts.get(), context, predictions);
}

Point Study::canonical(Point const& point, Verdict const& verdict) const {
  Point canonical = point;
  auto const& parameters = description().parameters;
  for (std::size_t const k : verdict.inert_parameters()) canonical[k] = parameters[k].default_value;
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

bool Study::wants_artifact(std::string_view name) const {
  return artifact_names_.empty() || find_name(artifact_names_, name);
}

bool Study::wants_artifacts_of(std::int64_t trial) const {
  if (trial == configuration_.options.only_trial) return true;
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

}  // namespace thresher::study
