#pragma once

#include "experiments/implicit_regularization/estimators/fits/column_factor.hpp"
#include "experiments/implicit_regularization/estimators/fits/entry_order.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/deviation.hpp"

#include <span>
#include <vector>

/// Gradients of the candidate penalties at the observed weights.
namespace thresher::implicit_regularization {

/// What the penalties that are functions of the weights alone depend on.
struct PenaltyShapes {
  double smooth = 0;     ///< rounding of l1
  double power_eps = 0;  ///< of power
  double exponent = 2;   ///< of power
  double alpha = 1;      ///< of hypentropy
};

/// One gradient over this rank's entries: one that the observation stored, or one that is made here.
class ColumnGradient {
 public:
  /// `weights` has theta and start, `observed` what was stored; they are the same block but where only a part
  /// of the rows was observed.
  ColumnGradient(Candidate candidate, DeviationBlock const& weights, DeviationBlock const& observed,
                 PenaltyShapes const& shapes);
  std::span<double const> values() const { return stored_.empty() ? made_ : stored_; }

 private:
  std::vector<double> made_;
  std::span<double const> stored_;
};

/// The factor of the columns `candidates`, in this order, and of the deviation over all blocks; as many of
/// `observed` as of `weights`. Collective.
ColumnFactor factor_of(std::span<DeviationBlock const> weights, std::span<DeviationBlock const> observed,
                       std::span<Candidate const> candidates, PenaltyShapes const& shapes,
                       EntryOrder const& order);

}  // namespace thresher::implicit_regularization
