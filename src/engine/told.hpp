#pragma once

#include "engine/progress.hpp"
#include "machine/environment.hpp"
#include "study/record.hpp"
#include "study/study.hpp"

#include <string>

namespace thresher::engine {

using namespace study;

/// What a user reads of an error: one line, of which long values leave the ends.
std::string message_line(std::string const& text);
/// Tells of a slow or mixed machine.
void warn_of_environment(machine::RunEnvironment const& environment, Progress& progress);
/// Prints what a trial that runs alone came to.
void print_record(Study const& study, Record const& record);

}  // namespace thresher::engine
