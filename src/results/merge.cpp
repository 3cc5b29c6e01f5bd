#include "results/merge.hpp"

#include "machine/environment.hpp"
#include "parameters/name_lists.hpp"
#include "results/durable_file.hpp"
#include "results/output_lock.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <set>

namespace thresher::results {

namespace {

/// Shards of the study that no part holds, as "2/3, 3/3".
std::string missing_shards(std::vector<std::shared_ptr<ResultReader const>> const& parts) {
  std::set<std::string> there;
  for (auto const& part : parts) there.insert(part->configuration().options.shard);
  auto const count = there.begin()->substr(there.begin()->find('/') + 1);
  if (count.empty()) return "";  // the whole study is among them
  std::vector<std::string> missing;
  for (std::int64_t k = 1; k <= std::stoll(count); ++k)
    if (auto name = fmt::format("{}/{}", k, count); !there.contains(name)) missing.push_back(std::move(name));
  return fmt::format("{}", fmt::join(missing, ", "));
}

/// What the parts lack of the whole study; empty when nothing.
std::string lacking(std::vector<std::shared_ptr<ResultReader const>> const& parts, Ledger& ledger) {
  auto const& survey = ledger.survey();
  std::vector<std::uint32_t> points;
  for (std::uint32_t point = 0; point < survey.valid.size(); ++point)
    if (survey.valid[point] && survey.representative[point] == point) points.push_back(point);
  ledger.decide(points);
  std::int64_t missing = 0;
  std::int64_t wanted = 0;
  for (auto const point : points) {
    missing += ledger.missing(point);
    wanted += ledger.released(point);
  }
  auto const shards = missing_shards(parts);
  std::vector<std::string> texts;
  if (!shards.empty()) texts.push_back("no part is shard " + shards);
  if (missing > 0) texts.push_back(fmt::format("{} of {} trials have not run", missing, wanted));
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace

std::size_t merge_files(Experiment const& experiment, Configuration const& configuration,
                        RunEnvironment const& run) {
  auto const& about = experiment.description();
  auto const& output = configuration.options.output;
  if (output.empty()) throw UserError("output: is not given; merge needs one");
  OutputLock const lock(output, configuration.options.checkpoint_interval);
  if (result_file_exists(output) && !configuration.options.overwrite)
    throw UserError(fmt::format("output = {}: exists; allowed are --overwrite or another name", output));
  require_writable(output);
  std::vector<std::shared_ptr<ResultReader const>> parts;
  for (auto const& path : split_names(configuration.options.merge, ',')) {
    if (std::filesystem::exists(path + ".journal"))
      throw UserError(fmt::format("merge = {}: has a journal; finish that run with --resume first", path));
    parts.push_back(std::make_shared<ResultReader const>(path, about));
  }
  if (parts.empty()) throw UserError("merge: names no file");
  // The parts are shards of one study: that of the first, without its shard.
  auto const without_shard = [&](ResultReader const& part) {
    Request request;
    request.inputs = part.inputs();
    request.inputs.erase("shard");
    request.inputs.erase(kPetscOptions);
    request.inputs["output"] = {output, ""};
    return configure(request, about);
  };
  auto const merged = without_shard(*parts.front());
  std::shared_ptr<InputFile const> input;
  std::shared_ptr<InputFacts const> facts;
  if (!merged.options.input.empty()) {
    input = std::make_shared<InputFile const>(merged.options.input);
    facts = experiment.facts(examine_input(experiment, merged));
  }
  Study const study(experiment, merged, {input, facts});
  for (auto const& part : parts)
    if (without_shard(*part).toml(about) != merged.toml(about))
      throw UserError(
          fmt::format("merge = {}: is part of another study than {}", part->path(), parts.front()->path()));
  auto const team_sizes = parts.front()->team_sizes(study.grid());
  auto surveyed = survey(study, std::max(1, std::ranges::max(team_sizes)),
                         std::numeric_limits<double>::infinity(), team_sizes);
  Ledger ledger(study, std::move(surveyed));
  for (auto const& part : parts) part->enter_into(ledger, study);
  if (auto const lack = lacking(parts, ledger); !lack.empty()) {
    if (!configuration.options.partial)
      throw UserError(fmt::format("merge = {}: {}; allowed are all parts, finished (--resume), or --partial",
                                  configuration.options.merge, lack));
    fmt::print(stderr, "warning: {}\n", lack);
  }
  auto const temporary = output + ".new";
  try {
    create_replacement(temporary, output);
    write_result_file(temporary, study, ledger, FreshTrials(ledger.survey()), parts,
                      provenance(run, input.get(), parts.front().get(), utc_now()));
    replace_file(temporary, output);
  } catch (std::runtime_error const& error) {
    throw UserError(fmt::format("output = {}: {}", output, error.what()));
  }
  return ledger.failures().size();
}

}  // namespace thresher::results
