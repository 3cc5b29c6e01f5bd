#pragma once

#include "study/experiment.hpp"

namespace thresher::hawkes_network {

/// What is measured in a trial; NaN where it does not apply. Meanings are declared in experiment.cpp.
struct Metrics {
  double exact_recovery = study::kUndefined;
  double hamming = study::kUndefined;
  double rows_wrong = study::kUndefined;
  double tpr = study::kUndefined;
  double fdr = study::kUndefined;
  double fpr = study::kUndefined;
  double f1 = study::kUndefined;
  double any_fp = study::kUndefined;
  double separable = study::kUndefined;
  double best_hamming = study::kUndefined;
  double adj_l2 = study::kUndefined;
  double adj_rel = study::kUndefined;
  double adj_max = study::kUndefined;
  double sure_screening = study::kUndefined;
  double candidates_mean = study::kUndefined;
  double mu_rmse = study::kUndefined;
  double n_events = study::kUndefined;
  double rate_rel = study::kUndefined;
};

}  // namespace thresher::hawkes_network
