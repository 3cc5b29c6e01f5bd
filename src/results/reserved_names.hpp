#pragma once

#include "study/description.hpp"

namespace thresher::results {

using namespace study;

/// Throws std::logic_error where a name that an experiment declares has another meaning in the same place: on
/// the command line and in the study's TOML, at the root of the result file, or in one of its groups.
void assert_names_apart(Description const& about);

}  // namespace thresher::results
