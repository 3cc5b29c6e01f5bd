#pragma once

#include "experiments/partial_order/estimators/edge_scores.hpp"
#include "experiments/partial_order/model/metrics.hpp"

namespace thresher::partial_order {

/// The estimate against the true order: closure_*, pair_error, exact_recovery, and, where asked for, cover_*
/// and shd. Ranks share the rows. Collective; the same on all ranks.
void measure_order(Order const& truth, Order const& estimate, Parameters const& point, study::Team& team,
                   Metrics& metrics);
/// The edge scores against it: edge_brier, edge_ece, edge_auc. Collective; the same on all ranks.
void measure_scores(Order const& truth, EdgeScores const& scores, study::Team& team, Metrics& metrics);

/// Agreement of two sets of pairs.
struct Agreement {
  double common = 0;
  double estimated = 0;
  double real = 0;
  double precision() const { return estimated > 0 ? common / estimated : real > 0 ? 0 : 1; }
  double recall() const { return real > 0 ? common / real : 1; }
  double f1() const {
    if (estimated == 0 && real == 0) return 1;
    double const sum = precision() + recall();
    return sum > 0 ? 2 * precision() * recall() / sum : 0;
  }
};
/// Of the relations of two orders. Collective.
Agreement compare_closures(Order const& truth, Order const& estimate, study::Team& team);

}  // namespace thresher::partial_order
