#pragma once

#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "experiments/hierarchical_features/estimators/first_layer.hpp"
#include "experiments/hierarchical_features/estimators/spectral_weights.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/experiment.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace thresher::hierarchical_features {

/// The data of a trial, and the error of kernel regression for every setting of it: it depends on nothing of
/// the later stages.
class DataStage : public study::StageResult {
 public:
  /// Collective.
  DataStage(std::span<Parameters const> points, study::Team& team);
  TrialData const& data() const { return *data_; }
  double kernel_error(Parameters const& point) const;
  double seconds() const { return seconds_; }

 private:
  struct KernelError {
    std::int64_t training;
    std::int64_t readout;
    std::int64_t test;
    double error;
  };
  std::unique_ptr<TrialData> data_;
  std::vector<KernelError> kernel_errors_;
  double seconds_ = 0;
};

/// The first layer: weights, directions, spectrum, and the bulk that theory expects of such weights.
class SpectralStage : public study::StageResult {
 public:
  /// Collective.
  SpectralStage(Parameters const& point, DataStage const& before);
  DataStage const& before() const { return before_; }
  TrialData const& data() const { return before_.data(); }

  SpectralWeights weights;
  std::vector<double> own_squared_norms;  ///< |F|^2 in fold 1
  FirstLayer layer;
  double noise_level = 0;
  double noise_inflation = 0;
  double edge_right = 0;
  double edge_left = 0;
  double seconds = 0;

 private:
  void measure_bulk(Parameters const& point);
  DataStage const& before_;
};

/// The refined form, where rounds are asked for.
class RefineStage : public study::StageResult {
 public:
  /// Collective.
  RefineStage(Parameters const& point, SpectralStage const& before);
  SpectralStage const& before() const { return before_; }

  std::optional<LearnedForm> form;
  std::int64_t rounds_used = 0;
  double seconds = 0;

 private:
  SpectralStage const& before_;
};

/// The second layer of the one-shot estimator.
class SecondStage : public study::StageResult {
 public:
  /// Collective.
  SecondStage(Parameters const& point, RefineStage const& before);
  RefineStage const& before() const { return before_; }

  LearnedForm form;
  double seconds = 0;

 private:
  RefineStage const& before_;
};

}  // namespace thresher::hierarchical_features
