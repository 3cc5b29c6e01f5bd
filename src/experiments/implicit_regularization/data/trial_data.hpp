#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "experiments/implicit_regularization/data/target.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// The rows of one replicate: those of X with targets of its own, or rows drawn again.
class Sample {
 public:
  Rows rows() const;

 private:
  friend class TrialData;
  std::int64_t count_ = 0;
  mpi::Range held_;
  linalg::ConstMatrixView shared_;  ///< the design, where it is used as it is
  linalg::DenseMatrix drawn_;       ///< rows drawn again
  std::vector<double> y_;
  std::vector<std::int64_t> numbers_;
};

/// Whether the rows of X are spread over the team: linear models that see all rows at once. Else every rank
/// has all of them.
bool spreads_rows(Parameters const& point);

/// The data of a trial: the design, and targets of as many replicates as one asks for.
class TrialData : public study::StageResult {
 public:
  /// Draws the design that all `points` need, or reads the user's. Collective.
  TrialData(std::span<Parameters const> points, study::Team& team);

  std::int64_t count() const { return count_; }
  /// Whether this rank holds all rows.
  bool is_whole() const { return held_.size() == count_; }
  /// The design without labels.
  Rows design_rows() const { return {count_, held_, design_.view(), {}, {}}; }
  /// Rows of replicate r. Its targets are made here. Not collective.
  Sample sample(std::int64_t replicate, study::Team const& team) const;
  /// The linear target of a replicate; empty where there is none.
  std::vector<double> beta(std::int64_t replicate, study::Team const& team) const;
  Parameters const& point() const { return point_; }

 private:
  /// Labels of the held rows.
  std::vector<double> labels(std::int64_t replicate, study::Team const& team) const;

  Parameters point_;
  std::int64_t count_ = 0;
  mpi::Range held_;
  linalg::DenseMatrix design_;      ///< d x held
  std::vector<double> own_labels_;  ///< the user's
};

}  // namespace thresher::implicit_regularization
