#pragma once

#include "experiments/federated_lora/data/copy/transformer.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <vector>

namespace thresher::federated_lora {

/// Zipf's law p_a ~ (a + 1)^-exponent on 0 .. v - 1: tokens from uniform numbers.
class ZipfTokens {
 public:
  ZipfTokens(std::int64_t vocabulary, double exponent);
  std::int32_t token(double uniform) const;

 private:
  std::vector<double> cumulative_;
};

/// Stage `pretraining`: the network that all trials fine-tune, trained to copy. Its numbers depend on
/// pretrain_seed and the network's parameters alone; one rank trains it for all. Empty for other modules.
class PretrainedNetwork : public study::StageResult {
 public:
  /// Collective.
  PretrainedNetwork(Parameters const& point, study::Team& team);
  Transformer const& network() const { return network_; }
  /// Loss on the last batch.
  double loss() const { return loss_; }

 private:
  void train(Parameters const& point, study::Team& team);
  Transformer network_;
  double loss_ = 0;
};

}  // namespace thresher::federated_lora
