#pragma once

#include "parameters/declaration.hpp"

#include <cstdint>
#include <string>

namespace thresher::study {

enum class ArtifactTrials { none, first, all };

/// The engine's own inputs; declared like parameters, in options.cpp.
struct Options {
  // Part of the study: stored in the file, taken from it on resume.
  std::int64_t trials = 20;
  std::int64_t seed = 1;
  std::string zip;
  bool common_random_numbers = false;
  bool skip_invalid = false;
  std::string target_se;
  std::int64_t max_trials = 0;
  std::string shard;
  ArtifactTrials artifacts = ArtifactTrials::none;
  std::string artifact_names;
  std::string input;
  std::string search;
  std::string search_level;
  std::string theory;
  std::string ranks_per_trial = "1";
  // Of this run alone.
  std::string config;
  std::string output;
  bool resume = false;
  bool overwrite = false;
  bool plan = false;
  std::int64_t plan_ranks = 0;
  std::string merge;
  bool partial = false;
  std::string memory_per_rank;
  double checkpoint_interval = 30;
  double time_limit = 0;
  double grace = 20;
  std::int64_t only_trial = -1;
  bool retry_failed = false;
  bool quiet = false;
};

/// Declaration of all engine options.
parameters::Table<Options> const& options_table();
/// Whether an option describes the study (and is stored in its file) rather than this run of it.
bool describes_study(std::string const& option);

}  // namespace thresher::study
