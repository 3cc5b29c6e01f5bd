#include "experiments/partial_order/experiment.hpp"

namespace thresher::partial_order {

void Experiment::declare_predictions() {
  std::vector<std::string> const lists{"n_items", "n_sequences", "sequences_per_item", "list_length"};
  theory("coverage_law", lists, predict_coverage);
  prediction("coverage_theory", &Predictions::coverage_theory, "appearances per item: N m / n");
  prediction("pair_coverage_theory", &Predictions::pair_coverage_theory,
             "expected part of the pairs seen together");

  theory("prior", {"poset", "n_items", "poset_dim", "poset_rho"}, predict_prior);
  prediction("relation_density_theory", &Predictions::relation_density_theory,
             "probability that an item precedes another (poset random)");
  prediction("maximal_items_theory", &Predictions::maximal_items_theory,
             "expected items that nothing precedes (poset random, poset_rho 0)");

  auto reads = lists;
  for (auto const* more :
       {"poset", "layers", "generator", "beta", "epsilon", "precedence_threshold", "dp_max_items"})
    reads.emplace_back(more);
  theory("order", reads, predict_fixed_order);
  prediction("intersection_tp_theory", &Predictions::intersection_tp_theory,
             "related pairs in the same order in all lists (here and below: posets that are the same in all "
             "trials)");
  prediction("intersection_fp_theory", &Predictions::intersection_fp_theory,
             "incomparable pairs in the same order in all lists");
  prediction("threshold_tp_theory", &Predictions::threshold_tp_theory,
             "related pairs above precedence_threshold");
  prediction("threshold_fp_theory", &Predictions::threshold_fp_theory,
             "incomparable pairs above precedence_threshold");
  prediction("ip_cov_theory", &Predictions::ip_cov_theory, "part of the incomparable pairs seen both ways");
  prediction("margin_theory", &Predictions::margin_theory,
             "smallest precedence of a related pair minus the largest of an incomparable one");
  prediction("intersection_exact_theory", &Predictions::intersection_exact_theory,
             "lower bound of the probability that intersection finds the poset");
  prediction("search_exact_theory", &Predictions::search_exact_theory,
             "probability that the maximum of the likelihood is at the poset");
  prediction("n_half_theory", &Predictions::n_half_theory, "lists for which it is one half");
  prediction("chernoff_theory", &Predictions::chernoff_theory,
             "smallest Chernoff information of a neighbour of the poset");
  prediction("kl_theory", &Predictions::kl_theory, "smallest divergence of a neighbour of the poset");
}

}  // namespace thresher::partial_order
