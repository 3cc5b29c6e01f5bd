#include "experiments/federated_lora/data/adapter_data.hpp"

#include "experiments/federated_lora/model/sizes.hpp"

namespace thresher::federated_lora {

AdapterData::AdapterData(Parameters const& point, Transformer const& network, study::Team& team) {
  if (point.module != Module::input) {
    adapters_.push_back(std::make_unique<ClientData const>(point, network, team));
    return;
  }
  for (auto const& adapter : point.input->adapters)
    adapters_.push_back(std::make_unique<ClientData const>(of_adapter(point, adapter), adapter, team));
}

}  // namespace thresher::federated_lora
