#include "results/failure_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace thresher::results {

using namespace study;

namespace {

/// Command that runs the failed trial by itself.
std::string alone_command(Study const& study, Failure const& failure) {
  auto const& about = study.description();
  auto const point = study.grid().point(failure.point);
  std::string command = about.name;
  for (std::size_t k = 0; k < point.size(); ++k)
    if (point[k] != about.parameters[k].default_value)
      command += fmt::format(" --{} {}", about.parameters[k].name, to_text(point[k]));
  if (study.options().seed != Options{}.seed) command += fmt::format(" --seed {}", study.options().seed);
  if (study.options().common_random_numbers) command += " --common_random_numbers";
  if (!study.options().input.empty()) command += " --input " + study.options().input;
  return command + fmt::format(" --only_trial {} --artifacts all", failure.trial);
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

}  // namespace thresher::results
