#pragma once

#include "experiments/entropy_coupling/solvers/codewords.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// A code that recovers X exactly: codeword j belongs to symbol owners[j] and has mass masses[j].
struct Codebook {
  std::vector<std::int32_t> codes;  // one row per codeword
  std::vector<std::int32_t> owners;
  std::vector<double> masses;
  std::vector<double> beta;
};

struct CodebookOutcome {
  /// Smallest number of observations for which a codebook was certified.
  std::optional<std::int64_t> zero_at;
  /// Its codebook, where it was wanted.
  Codebook codebook;
};

/// Limits of the search: codewords per symbol, tries per size.
struct CodebookLimits {
  std::int64_t largest_ratio = 8;
  std::int64_t tries = 2;
};

enum class Keep { verdict, codebook };

/// Scans m = first_possible, .. for a codebook whose masses have all marginals. `laws` are held by rank 0; so
/// is the outcome's codebook, zero_at is on all ranks. Collective over the team; throws study::Interrupted
/// when the run stops.
CodebookOutcome search_codebook(study::Team& team, Law const& symbols, std::span<Law const> observations,
                                std::optional<std::int64_t> first_possible, CodebookLimits limits, Keep keep);

}  // namespace thresher::entropy_coupling
