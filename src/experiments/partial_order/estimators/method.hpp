#pragma once

#include "experiments/partial_order/data/trial_data.hpp"
#include "experiments/partial_order/estimators/fit.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "study/experiment.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::partial_order {

/// What a method works on.
struct FitInput {
  Parameters const& point;
  TrialData const& data;
  Sequences const& training;  ///< the point's N lists, whole on every rank
  study::Team& team;
};

/// Everything that a method answers for a point. Each has a file with one object, without state, and a row in
/// PARTIAL_ORDER_METHODS (model/parameters.hpp).
class Method {
 public:
  virtual ~Method() = default;

  /// Of the parameters that only some methods read, those that this one reads; the others are inert. (What
  /// the predictions and metrics of all methods read is said in validity.cpp.)
  virtual std::vector<std::string_view> reads(Parameters const& point) const = 0;
  /// Metrics that it fills beside those of every estimate (Fit::own).
  virtual std::vector<double Metrics::*> measures(Parameters const& point) const = 0;
  /// Refuses what makes no sense for it.
  virtual void check(Parameters const& point, study::Verdict& verdict) const = 0;
  /// Memory per rank and work of `run`.
  virtual study::Cost cost(Parameters const& point, study::Resources const& resources) const = 0;
  /// Collective. Throws study::Interrupted.
  virtual Fit run(FitInput const& input) const = 0;
};

/// The table of methods, in the order of the enumeration, and their names.
std::span<Method const* const> methods();
std::vector<std::string> method_names();
Method const& method_of(Parameters const& point);

}  // namespace thresher::partial_order
