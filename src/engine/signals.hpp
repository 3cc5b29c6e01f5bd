#pragma once

namespace thresher::engine::signals {

/// What the user or the scheduler asked this process for.
enum class Wish { none, warning, termination };

/// Takes SIGUSR1 (the warning), SIGTERM and SIGINT from now on. Call after PETSc has set its handlers.
void install();
/// The strongest wish so far.
Wish wish();

}  // namespace thresher::engine::signals
