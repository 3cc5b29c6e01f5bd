#pragma once

#include "experiments/federated_lora/data/adapter_data.hpp"
#include "experiments/federated_lora/estimators/solution.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <memory>
#include <vector>

namespace thresher::federated_lora {

/// Stage `solve`: the program on one matrix of each client, or on each adapter of the user's file in turn.
class AdapterSolutions : public study::StageResult {
 public:
  /// `data` must outlive it. A solve that the run's end cuts leaves its state, with what is solved before it,
  /// and goes on from there with the same bits. Collective.
  AdapterSolutions(Parameters const& point, AdapterData const& data, study::Team& team);

  std::vector<std::unique_ptr<Solution const>> const& adapters() const { return adapters_; }

 private:
  std::vector<std::unique_ptr<Solution const>> adapters_;
};

}  // namespace thresher::federated_lora
