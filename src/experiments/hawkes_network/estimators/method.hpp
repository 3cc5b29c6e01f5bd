#pragma once

#include "experiments/hawkes_network/data/observation.hpp"
#include "experiments/hawkes_network/estimators/fit.hpp"
#include "experiments/hawkes_network/estimators/screening.hpp"
#include "study/experiment.hpp"

#include <string>
#include <vector>

namespace thresher::hawkes_network {

/// What a method works on.
struct MethodInput {
  Parameters const& point;
  Observation const& observation;
  Screening const& screening;  ///< empty but for what the method needs
};

/// What of the screening a method needs.
enum class ScreeningNeed { nothing, candidates, all_correlations };

/// Work of a method behind the screening, on a team.
struct MethodWork {
  double bytes_per_rank = 0;
  double flops = 0;  ///< of the team together
};

/// An estimator of the network. Everything that is particular to it is here.
class Method {
 public:
  virtual ~Method() = default;
  virtual std::string name() const = 0;
  /// Refuses points that it cannot treat and names the parameters that it does not read.
  virtual void check(Parameters const& point, study::Verdict& verdict) const = 0;
  virtual ScreeningNeed screening_need() const { return ScreeningNeed::nothing; }
  /// Of one trial with so many events, on so many ranks.
  virtual MethodWork work(Parameters const& point, double events, double ranks) const = 0;
  /// Throws study::Interrupted. Collective.
  virtual Fit fit(MethodInput const& input, study::Team& team) const = 0;
};

Method const& method_of(Estimator estimator);
/// In the order of the enumeration.
std::vector<std::string> method_names();

Method const& two_stage_method();
Method const& screen_method();
Method const& ols_method();
Method const& lasso_method();
Method const& map_parent_method();

/// Shorthands for `check`.
void inert_screening(study::Verdict& verdict);
void inert_lasso(study::Verdict& verdict);
/// What the edge rule does not read.
void inert_edge_rule_tuning(Parameters const& point, study::Verdict& verdict);
/// Where there is no edge rule.
void inert_edge_rule(study::Verdict& verdict);

}  // namespace thresher::hawkes_network
