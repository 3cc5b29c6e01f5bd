#pragma once

#include "input/input_file.hpp"
#include "machine/environment.hpp"
#include "results/result_file.hpp"

#include <string>

namespace thresher::results {

using namespace input;
using namespace machine;

/// Attributes of a result file that say how it came about. `input` and the file that was continued, `before`,
/// may be null.
Provenance provenance(RunEnvironment const& run, InputFile const* input, ResultReader const* before,
                      std::string const& ended);

}  // namespace thresher::results
