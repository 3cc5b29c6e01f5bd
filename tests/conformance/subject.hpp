#pragma once

#include "study/experiment_interface.hpp"

#include <memory>

namespace thresher::conformance {

/// The experiment that this program tests: the only part that is compiled for each of them.
std::unique_ptr<study::Experiment const> make_subject();
/// Its preset jobs/<experiment>/smoke.toml.
extern char const* const kSmokePreset;

}  // namespace thresher::conformance
