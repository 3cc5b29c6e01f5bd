#pragma once

#include "experiments/federated_lora/data/client_data.hpp"
#include "experiments/federated_lora/estimators/methods.hpp"

#include <span>
#include <vector>

namespace thresher::federated_lora {

/// ||estimate_k - Theta_k||_F^2 per benign client, for each of the estimates: entry k + K e; 0 for
/// contaminated clients. Parameters are made anew, one client at a time. Collective.
std::vector<double> client_errors(ClientData const& data, std::span<Estimate const> estimates);

/// Accuracy (entry k + K e) and mean cross-entropy of benign clients' fresh texts with each of the estimates
/// as updates; 0 for contaminated clients. Module copy. Collective.
struct TextReadings {
  std::vector<double> accuracy;
  std::vector<double> loss;
};
TextReadings read_texts(ClientData const& data, std::span<Estimate const> estimates);

/// One client's estimate; `own` and `out` hold some of its columns, those of `centre`. Not collective.
void estimate_client(Estimate const& estimate, std::int64_t client, linalg::ConstMatrixView own,
                     linalg::ConstMatrixView centre, linalg::MatrixView out);

}  // namespace thresher::federated_lora
