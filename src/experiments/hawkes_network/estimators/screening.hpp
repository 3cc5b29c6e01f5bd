#pragma once

#include "experiments/hawkes_network/data/network.hpp"
#include "experiments/hawkes_network/data/observation.hpp"
#include "experiments/hawkes_network/estimators/pair_correlations.hpp"
#include "study/team.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// A source that may be a parent, with its screening statistic.
struct Candidate {
  std::int32_t source = 0;
  double correlation = 0;
};

/// What a pair of nodes has to do with each other in the true network.
enum class Relation { edge, two_step, other };

/// Numbers of pairs by screening statistic, in cells of width 1/2 from -10 (the first and the last are open),
/// for each relation.
struct CorrelationHistogram {
  static constexpr std::size_t kCells = 100;
  static constexpr double kLowest = -10;
  static constexpr double kWidth = 0.5;
  std::array<std::array<double, kCells>, 3> counts{};
  void add(Relation relation, double correlation);
};

/// What a screening is asked for.
struct ScreeningRequest {
  bool candidates = false;
  bool all_correlations = false;   ///< d statistics for each own node
  Network const* truth = nullptr;  ///< with it, a histogram
};

/// Result of the first stage for the nodes of this rank.
struct Screening {
  Bins bins;
  Lags lags;
  std::vector<BinMoments> moments;                 ///< of all nodes
  std::vector<std::vector<Candidate>> candidates;  ///< of each own node, by source
  std::vector<double> correlations;                ///< R_ij, own nodes i by all nodes j; 0 on the diagonal
  std::optional<CorrelationHistogram> histogram;   ///< over all ranks
};

/// Correlates all pairs of nodes. Columns go round the ranks, each of which holds the rows of its nodes:
/// memory per rank is that of two blocks of planes. Nothing of a pair depends on the tiles, so candidates are
/// the same on any number of ranks. Work that is interrupted (study::Interrupted) is kept with the team and
/// taken up again. Collective.
Screening screen_pairs(Parameters const& point, Observation const& observation,
                       ScreeningRequest const& request, study::Team& team);

/// Bytes per rank, and words that are compared in all.
double screening_bytes(Parameters const& point, double ranks);
double screening_words(Parameters const& point);

}  // namespace thresher::hawkes_network
