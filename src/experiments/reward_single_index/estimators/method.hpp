#pragma once

#include "experiments/reward_single_index/estimators/features.hpp"
#include "experiments/reward_single_index/model/parameters.hpp"
#include "experiments/reward_single_index/solvers/shared_pass.hpp"
#include "study/experiment.hpp"
#include "study/kept_work.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thresher::reward_single_index {

/// What a first stage works on.
struct FirstStageInput {
  Parameters const& point;
  TrialData const& data;
  SharedPass const& pass;
};

/// Everything that a first stage answers for a point. Each has a file with one object, without state, and a
/// row in REWARD_SINGLE_INDEX_FIRST_STAGES (model/parameters.hpp).
class Method {
 public:
  virtual ~Method() = default;

  /// Of the parameters of the first stage, those that it reads; the others are inert.
  virtual std::vector<std::string_view> reads(Parameters const& point) const = 0;
  /// Metrics that it fills beside the overlaps.
  virtual std::vector<double Metrics::*> measures(Parameters const& point) const = 0;
  /// Refuses what makes no sense for it.
  virtual void check(Parameters const& point, study::Verdict& verdict) const = 0;
  /// Whether its inputs may be kept in memory between passes.
  virtual bool keeps_rows() const { return false; }
  /// Memory per rank and work, the pass that is shared (SharedPass) excepted.
  virtual study::Cost cost(Parameters const& point, study::Resources const& resources) const = 0;
  /// Collective. Throws study::Interrupted.
  virtual Features run(FirstStageInput const& input) const = 0;
};

/// The table of first stages, in the order of the enumeration, and their names.
std::span<Method const* const> methods();
std::vector<std::string> first_stage_names();
Method const& method_of(Parameters const& point);

/// Parameters that shape the label transform.
std::vector<std::string_view> transform_parameters_and(std::vector<std::string_view> more);
/// Metrics of the label transform.
std::vector<double Metrics::*> transform_metrics_and(std::vector<double Metrics::*> more);
/// Refuses fewer rows than a first stage that learns from rows can use.
void check_rows(Parameters const& point, study::Verdict& verdict);

/// Bytes per rank of inputs that are kept between passes.
double kept_bytes(Parameters const& point, study::Resources const& resources);
/// Adds passes over the inputs, which are made again where they are not kept.
void add_passes(Parameters const& point, study::Resources const& resources, double passes, study::Cost& cost);
/// Whether work of such a cost is kept when a run ends before it.
study::Length length_of(Parameters const& point, Method const& method, study::Team const& team);

}  // namespace thresher::reward_single_index
