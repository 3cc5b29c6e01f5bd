#pragma once

#include "study/environment.hpp"
#include "study/input_file.hpp"
#include "study/result_file.hpp"

#include <string>

namespace thresher::study {

/// Attributes of a result file that say how it came about. `input` and the file that was continued, `before`,
/// may be null.
Provenance provenance(RunEnvironment const& run, InputFile const* input, ResultReader const* before,
                      std::string const& ended);

}  // namespace thresher::study
