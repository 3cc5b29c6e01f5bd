#pragma once

#include "experiments/hawkes_network/data/observation.hpp"
#include "experiments/hawkes_network/estimators/least_squares.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace thresher::hawkes_network {

/// The regression of one target: moments of the intercept and of `features` (nodes, ascending, the target
/// among them), and the sum of x x' over the target's events.
struct RowRegression {
  std::vector<std::int32_t> features;
  RegressionMoments moments;
  SmallSymmetric spread;
};

/// Integrals over [0, T] of products of filters from sums at events (exact): of row k and column j of `sums`,
/// sum over events t of k of E_j(t), and of the filters at T.
class FilterIntegrals {
 public:
  FilterIntegrals(double decay, double horizon) : decay_(decay), horizon_(horizon) {}
  double horizon() const { return horizon_; }
  /// int Z_j dt.
  static double mean(double events, double filter_at_end) { return events - filter_at_end; }
  /// int Z_j Z_k dt from the sums of both orders.
  double product(double sum_jk, double sum_kj, double end_j, double end_k) const {
    return decay_ / 2 * (sum_jk + sum_kj - end_j * end_k);
  }
  /// int Z_j^2 dt.
  double square(double sum_jj, double events, double end_j) const {
    return decay_ / 2 * (2 * sum_jj + events - end_j * end_j);
  }
  /// int Z_j dN_i from the sum at the events of i.
  double at_events(double sum) const { return decay_ * sum; }

 private:
  double decay_;
  double horizon_;
};

/// Regressions of all own nodes on their features, from the least-squares contrast of Hansen, Reynaud-Bouret
/// and Rivoirard (2015) with an exponential filter. Every row reads the streams of its features once: fetched
/// in batches from the ranks that own them. Throws study::Interrupted. Collective.
std::vector<RowRegression> row_regressions(Observation const& observation,
                                           std::vector<std::vector<std::int32_t>> features, double decay,
                                           study::Team& team);

/// Up to so many nodes one walk over all events serves all rows (it accumulates sums for all pairs of nodes,
/// which then fit the cache); beyond, each row walks over its own features.
inline constexpr std::int64_t kNodesInOneWalk = 512;

/// Does work(row numbers of this rank, streams of the nodes that they need) for all own rows, in batches
/// whose streams take little memory. Throws study::Interrupted. Collective.
void for_row_batches(Observation const& observation, std::vector<std::vector<std::int32_t>> const& features,
                     study::Team& team,
                     std::function<void(mpi::Range rows, NodeStreams const& streams)> const& work);

}  // namespace thresher::hawkes_network
