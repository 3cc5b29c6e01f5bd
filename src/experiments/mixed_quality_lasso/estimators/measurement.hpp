#pragma once

#include "experiments/mixed_quality_lasso/data/data_set.hpp"
#include "experiments/mixed_quality_lasso/estimators/advance.hpp"
#include "experiments/mixed_quality_lasso/estimators/kept_work.hpp"
#include "experiments/mixed_quality_lasso/estimators/weighted_design.hpp"
#include "experiments/mixed_quality_lasso/model/metrics.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "experiments/mixed_quality_lasso/theory/lambda.hpp"
#include "prox/lasso.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::mixed_quality_lasso {

struct LassoFit;

/// One point on one trial's data: what every estimator starts from.
struct Analysis {
  study::Team& team;
  DataSet const& data;
  Parameters const& point;
  Setting setting;
  Tuning tuning;  ///< the same bits on all ranks
  std::vector<double> y;
  Length length;

  std::vector<double> truth() const;  ///< beta* on the support
  prox::LassoOptions lasso_options() const {
    return {point.tol, point.max_iter, asks_between_passes(team, point.tol)};
  }
  /// D^{1/2} X with the weights of `tuning`, or others.
  WeightedDesign design() const { return design(tuning.weights); }
  WeightedDesign design(std::span<double const> weights) const;
  /// Fills sign_recovery to linf_error and leaves the artifact `betahat`.
  void measure_recovery(prox::SparseVector const& estimate, Metrics& metrics) const;
};

/// Lambda and weights of a point (by rank 0; of `tuned` and `residual` they take milliseconds, so that the
/// last ones are kept) with the trial's response. Collective.
class AnalysisMaker {
 public:
  Analysis make(DataSet const& data, Parameters const& point, Length length, study::Team& team) const;
  /// Lambda and weights alone. Collective.
  Tuning tuning_on(study::Team& team, Parameters const& point) const;

 private:
  Tuning tuning(Parameters const& point) const;
  mutable std::vector<std::pair<Parameters, Tuning>> kept_;
};

// Estimators: each fills its own metrics. Collective.

study::Outcome run_pdw(Analysis const& analysis, Metrics& metrics);
study::Outcome run_lasso(Analysis const& analysis, LassoFit const& fit, Metrics& metrics);
study::Outcome run_lasso_path(Analysis const& analysis, Metrics& metrics);
study::Outcome run_amp(Analysis const& analysis, Metrics& metrics);
study::Outcome run_omp(Analysis const& analysis, Metrics& metrics);
study::Outcome run_max_corr(Analysis const& analysis, Metrics& metrics);
study::Outcome run_ml_exhaustive(Analysis const& analysis, Metrics& metrics);
study::Outcome run_ml_swap(Analysis const& analysis, Metrics& metrics);

}  // namespace thresher::mixed_quality_lasso
