#pragma once

#include "experiments/reward_single_index/data/trial_data.hpp"
#include "experiments/reward_single_index/estimators/features.hpp"
#include "experiments/reward_single_index/solvers/shared_pass.hpp"
#include "study/experiment.hpp"

#include <map>
#include <span>

namespace thresher::reward_single_index {

/// The data of a trial, and the averages over its rows that points of it ask for, in one pass.
class DataStage : public study::StageResult {
 public:
  /// Collective.
  DataStage(std::span<Parameters const> points, study::Team& team);
  TrialData const& data() const { return data_; }
  SharedPass const& pass() const { return pass_; }

 private:
  TrialData data_;
  SharedPass pass_;
};

/// What the first stage learnt, for every precision among the points.
class FeatureStage : public study::StageResult {
 public:
  /// Collective.
  FeatureStage(std::span<Parameters const> points, DataStage const& before);
  TrialData const& data() const { return before_.data(); }
  Features const& features(Parameters const& point) const { return features_.at(point.precision); }

 private:
  DataStage const& before_;
  std::map<Precision, Features> features_;
};

}  // namespace thresher::reward_single_index
