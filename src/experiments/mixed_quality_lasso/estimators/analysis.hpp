#pragma once

#include "experiments/mixed_quality_lasso/data/data_set.hpp"
#include "experiments/mixed_quality_lasso/model/metrics.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "experiments/mixed_quality_lasso/solvers/advance.hpp"
#include "experiments/mixed_quality_lasso/solvers/weighted_design.hpp"
#include "experiments/mixed_quality_lasso/theory/lambda.hpp"
#include "prox/lasso.hpp"
#include "study/experiment.hpp"
#include "study/kept_work.hpp"
#include "study/team.hpp"

#include <span>
#include <utility>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// One point on one trial's data: what every estimator starts from.
struct Analysis {
  study::Team& team;
  DataSet const& data;
  Parameters const& point;
  Setting setting;
  Tuning tuning;  ///< the same bits on all ranks
  std::vector<double> y;
  study::Length length;

  std::vector<double> truth() const;  ///< beta* on the support
  prox::LassoOptions lasso_options() const {
    return {point.tol, point.max_iter, asks_between_passes(team, point.tol)};
  }
  /// D^{1/2} X with the weights of `tuning`, or others.
  WeightedDesign design() const { return design(tuning.weights); }
  WeightedDesign design(std::span<double const> weights) const;
  /// Fills sign_recovery to linf_error and leaves the artifact `betahat`.
  void measure_recovery(prox::SparseVector const& estimate, Metrics& metrics) const;
  /// Fills cond_success_prob, pdw_sign_ok and pdw_v.
  void measure_witness(Metrics& metrics) const;
};

/// Lambda and weights of a point (by rank 0; of `tuned` and `residual` they take milliseconds, so that the
/// last ones are kept) with the trial's response. Analyses that are expected to take `lengthy_seconds` or
/// more are lengthy. Collective.
class AnalysisMaker {
 public:
  explicit AnalysisMaker(double lengthy_seconds) : lengthy_seconds_(lengthy_seconds) {}
  Analysis make(DataSet const& data, Parameters const& point, study::Team& team) const;
  /// Lambda and weights alone. Collective.
  Tuning tuning_on(study::Team& team, Parameters const& point) const;
  study::Length length(Parameters const& point, study::Team const& team) const;

 private:
  Tuning tuning(Parameters const& point) const;
  double lengthy_seconds_;
  mutable std::vector<std::pair<Parameters, Tuning>> kept_;
};

}  // namespace thresher::mixed_quality_lasso
