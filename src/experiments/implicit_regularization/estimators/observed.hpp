#pragma once

#include "experiments/implicit_regularization/estimators/column_gradients.hpp"
#include "experiments/implicit_regularization/estimators/fits/column_factor.hpp"
#include "experiments/implicit_regularization/estimators/fits/entry_order.hpp"
#include "experiments/implicit_regularization/estimators/fits/layer_fit.hpp"
#include "experiments/implicit_regularization/estimators/fits/profile.hpp"
#include "experiments/implicit_regularization/estimators/fits/sign.hpp"
#include "experiments/implicit_regularization/model/own_entries.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/deviation.hpp"
#include "mpi/communicator.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// What one point sees of a deviation.
struct Observed {
  Parameters const& point;
  std::span<DeviationBlock const> blocks;
  OwnEntries const& entries;
  DeviationFacts const& facts;
  mpi::Communicator const& comm;
  EntryOrder order;

  /// Collective.
  Observed(Deviation const& deviation, Parameters const& asked, mpi::Communicator const& team);
  Sign sign() const { return point.fit == Fit::ols ? Sign::free : Sign::nonnegative; }
  /// Updates made, the median over the blocks; `steps` where none were counted.
  double median_updates() const;
  /// The same as an integer (halves to even).
  double stop_step() const;
};

/// All fits of a point. Coefficients are those of rank 0, the same on all ranks.
struct Fits {
  std::vector<Candidate> columns;  ///< of the factor
  ColumnFactor factor;
  PenaltyShapes shapes;
  std::optional<ProfileFit> power;       ///< where a list names it
  std::optional<ProfileFit> hypentropy;  ///< alike
  std::optional<LayerSums::LayerFit> layers;
  std::vector<Candidate> joint_members;
  JointFit joint;

  /// Place of a candidate among the columns.
  std::size_t place(Candidate candidate) const;
  std::vector<std::size_t> places(std::span<Candidate const> candidates) const;
  SingleFit single(Candidate candidate, Sign sign) const;
};

/// Collective.
Fits fit_all(Observed const& observed);

}  // namespace thresher::implicit_regularization
