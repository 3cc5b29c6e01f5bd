#pragma once

#include "experiments/partial_order/estimators/fit.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/solvers/soft_order.hpp"
#include "study/team.hpp"

#include <memory>
#include <optional>
#include <span>

namespace thresher::partial_order {

/// The order that a fit gives, read at the point's thresholds: its own, or the greedy one of its scores. A
/// single U needs no repair from edge_threshold = 1/2 on: it is read row by row. Stored up to
/// kMostStoredItems items. Collective.
std::shared_ptr<Order const> estimated_order(Fit const& fit, Parameters const& point, study::Team& team);

/// The edge scores E of a fit, row by row. Both must outlive it.
class EdgeScores {
 public:
  EdgeScores(Fit const& fit, Order const& order, Parameters const& point);
  /// row[j] = E_ij, 0 at i.
  void row(std::int64_t i, std::span<double> row) const;

 private:
  Fit const& fit_;
  Order const& order_;
  std::optional<SoftRelation> soft_;
};

}  // namespace thresher::partial_order
