#pragma once

#include "experiments/mixed_quality_lasso/data/workload.hpp"
#include "experiments/mixed_quality_lasso/estimators/trial.hpp"
#include "experiments/mixed_quality_lasso/model/metrics.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "study/experiment.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// The part of theory that speaks of an estimator.
enum class Described { not_at_all, as_lasso, as_maximum_likelihood };

/// Everything that an estimator answers for a point. Each has a file with one object, without state, and a
/// row in MIXED_QUALITY_LASSO_ESTIMATORS (model/parameters.hpp); nothing else knows it.
class Method {
 public:
  virtual ~Method() = default;

  virtual Described described() const { return Described::not_at_all; }
  /// Parameters that not every estimator reads, of those the ones that this one does: they are inert where no
  /// method of the point names them.
  virtual std::vector<std::string_view> reads(Parameters const& point) const = 0;
  /// Metrics that apply.
  virtual std::vector<double Metrics::*> measures(Parameters const& point) const = 0;
  /// Whether columns of X outside the support are made.
  virtual bool visits_columns() const { return true; }

  /// Refuses what makes no sense for this estimator, where sizes and rows are in order. Here: what is another
  /// estimator's, and sizes that only the witness takes.
  virtual void check(Parameters const& point, study::Verdict& verdict) const;
  /// The same on the user's data.
  virtual void check_user_data(Parameters const& point, study::Verdict& verdict) const;

  /// Memory per rank and work of the analysis, from operation counts, the data that it holds included.
  virtual study::Cost cost(Parameters const& point, int ranks) const;

  /// Measures one point of a trial. Here: lambda, weights and response, then `run`. Collective.
  virtual study::Outcome measure(Trial const& trial, Parameters const& point, study::Team& team,
                                 Metrics& metrics) const;

 protected:
  virtual void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const = 0;
  virtual study::Outcome run(Trial const& trial, Analysis const& analysis, Metrics& metrics) const = 0;
};

/// The table of estimators, in the order of the enumeration, and their names.
std::span<Method const* const> methods();
std::vector<std::string> estimator_names();
Method const& method_of(Parameters const& point);

/// Metrics of the comparison with the true coefficients.
inline constexpr double Metrics::*kRecoveryMetrics[] = {
    &Metrics::sign_recovery, &Metrics::exact_support, &Metrics::partial_recovery,
    &Metrics::overlap,       &Metrics::fdp,           &Metrics::n_false_pos,
    &Metrics::n_false_neg,   &Metrics::mse,           &Metrics::linf_error};
/// What every estimator of the planted coefficients measures, and `more`.
std::vector<double Metrics::*> recovery_metrics_and(std::vector<double Metrics::*> more);

}  // namespace thresher::mixed_quality_lasso
