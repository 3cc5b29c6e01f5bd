#include "results/failure_report.hpp"

#include "parameters/name_lists.hpp"
#include "parameters/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace thresher::results {

using namespace study;

namespace {

/// Command that runs the failed trial by itself, as it is typed in a shell.
std::string alone_command(Study const& study, Failure const& failure) {
  auto const& about = study.description();
  auto const point = study.grid().point(failure.point);
  std::string command = parameters::shell_word(program_invocation_name);
  for (std::size_t k = 0; k < point.size(); ++k)
    if (point[k] != about.parameters[k].default_value)
      command += fmt::format(" --{} {}", about.parameters[k].name, parameters::shell_word(to_text(point[k])));
  if (study.options().seed != Options{}.seed) command += fmt::format(" --seed {}", study.options().seed);
  if (study.options().common_random_numbers) command += " --common_random_numbers";
  if (!study.options().input.empty())
    command += fmt::format(" --input {}", parameters::shell_word(study.options().input));
  command += fmt::format(" --only_trial {} --artifacts all", failure.trial);
  auto const petsc = split_names(study.configuration().petsc_options, ' ');
  if (!petsc.empty()) command += " --";
  for (auto const& word : petsc) command += fmt::format(" {}", parameters::shell_word(word));
  return command;
}

}  // namespace

void report_failures(Study const& study, Ledger const& ledger) {
  constexpr std::size_t kMostLines = 10;
  auto const& failures = ledger.failures();
  fmt::print(stderr, "{} failed; --resume --retry_failed runs them again\n", failures.size());
  for (std::size_t k = 0; k < std::min(kMostLines, failures.size()); ++k) {
    auto const& failure = failures[k];
    auto const where = study.grid().label(study.description().parameters, failure.point);
    if (failure.trial < 0) {
      fmt::print(stderr, "  theory {} at {}: {}\n",
                 study.description().theories[theory_of_trial(failure.trial)].name, where, failure.reason);
    } else {
      fmt::print(stderr, "  trial {} at {}: {}\n    alone: {}\n", failure.trial, where, failure.reason,
                 alone_command(study, failure));
    }
  }
  if (failures.size() > kMostLines)
    fmt::print(stderr, "  and {} more, see /failures\n", failures.size() - kMostLines);
}

void report_losses(Study const& study, Ledger const& ledger) {
  Tally sum;
  std::size_t points = 0;
  std::size_t missed = 0;
  for (std::size_t point = 0; point < study.grid().size(); ++point) {
    auto const& survey = ledger.survey();
    if (!survey.valid[point] || survey.representative[point] != point) continue;
    auto const tally = ledger.tally(point);
    sum.ran += tally.ran;
    sum.not_converged += tally.not_converged;
    points += tally.ran > 0 ? 1 : 0;
    missed += ledger.target_state(point) == TargetState::missed ? 1 : 0;
  }
  if (sum.not_converged > 0)
    fmt::print(stderr, "{} of {} trials did not converge: means are over those that have a value\n",
               sum.not_converged, sum.ran);
  if (missed > 0)
    fmt::print(stderr, "{} of {} points had all {} trials without reaching target_se = {}\n", missed, points,
               ledger.trials(), study.options().target_se);
}

}  // namespace thresher::results
