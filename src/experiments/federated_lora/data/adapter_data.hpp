#pragma once

#include "experiments/federated_lora/data/client_data.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <memory>
#include <vector>

namespace thresher::federated_lora {

/// Stage `data`: the clients' estimates of one matrix, or of each adapter of the user's file.
class AdapterData : public study::StageResult {
 public:
  /// `network` (of module copy) must outlive it. Collective.
  AdapterData(Parameters const& point, Transformer const& network, study::Team& team);

  std::vector<std::unique_ptr<ClientData const>> const& adapters() const { return adapters_; }

 private:
  std::vector<std::unique_ptr<ClientData const>> adapters_;
};

}  // namespace thresher::federated_lora
