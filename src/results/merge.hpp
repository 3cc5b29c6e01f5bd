#pragma once

#include "results/provenance.hpp"

namespace thresher::results {

/// Joins the shards that `configuration` names into its output. Returns how many trials failed in them.
/// Throws UserError when the files are not parts of one study. Not collective: on rank 0.
std::size_t merge_files(Experiment const& experiment, Configuration const& configuration,
                        RunEnvironment const& run);

}  // namespace thresher::results
