#pragma once

#include "experiments/federated_lora/model/metrics.hpp"

#include <span>

namespace thresher::federated_lora {

/// How well scores and flags tell the contaminated clients (marked 1 in `truth`): tpr, fpr, set_recovered,
/// auc, score_gap and the mean squares by group. Not collective.
void measure_detection(std::span<double const> scores, std::span<char const> flags,
                       std::span<char const> truth, Metrics& metrics);

}  // namespace thresher::federated_lora
