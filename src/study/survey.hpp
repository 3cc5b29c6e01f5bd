#pragma once

#include "study/study.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace thresher::study {

/// What the engine knows of every point before any compute. On rank 0.
struct Survey {
  std::vector<bool> valid;
  std::vector<bool> wanted;  ///< whether trials are run there: a level search visits some points only
  std::vector<std::uint32_t> representative;  ///< first point with the same canonical point
  std::vector<std::int32_t> team_size;
  std::vector<bool> deterministic;         ///< every trial is the same
  std::vector<bool> applicable_somewhere;  ///< per metric
  std::vector<std::string> warnings;       ///< distinct
  double memory_per_rank = 0;              ///< bytes

  /// Whether trials of this point are run under its own number.
  bool runs(std::uint32_t point) const {
    return valid[point] && wanted[point] && representative[point] == point;
  }
};

/// Checks every point. Throws UserError for an invalid one (unless they are to be skipped) and for trials
/// that no team size can hold in `memory_per_rank` bytes. `kept_team_size[point]` > 0 overrides the choice (a
/// resumed study).
Survey survey(Study const& study, int ranks, double memory_per_rank,
              std::vector<std::int32_t> const& kept_team_size);

/// Bytes of memory ("3G", "512M", "1e9"). Throws UserError.
double parse_bytes(std::string const& name, std::string const& text);

}  // namespace thresher::study
