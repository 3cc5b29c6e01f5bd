#pragma once

namespace thresher::study {

extern char const* const kVersion;    ///< of Thresher
extern char const* const kGitCommit;  ///< of the build, or "unknown"

}  // namespace thresher::study
