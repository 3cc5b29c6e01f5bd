#include "experiments/partial_order/solvers/exact_posterior.hpp"

#include "experiments/partial_order/solvers/word_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace thresher::partial_order {

ExactPosterior exact_posterior(Sequences const& lists, std::int64_t items, Noise const& noise) {
  auto const prior = enumerate_orders(items);
  WordLikelihood likelihood(tabulate_choices(lists), items, noise);
  std::vector<double> log_weight;
  log_weight.reserve(prior.orders.size());
  for (std::size_t k = 0; k < prior.orders.size(); ++k) {
    likelihood.reset(decode_order(prior.orders[k], items));
    log_weight.push_back(likelihood.value() + std::log(prior.probability[k]));
  }
  double const largest = *std::ranges::max_element(log_weight);

  ExactPosterior posterior;
  posterior.evaluations = static_cast<double>(prior.orders.size());
  // exp(-70) times the number of orders is below 1e-25.
  constexpr double kNegligible = -70;
  double total = 0;
  for (std::size_t k = 0; k < prior.orders.size(); ++k) {
    if (log_weight[k] - largest < kNegligible) continue;
    posterior.orders.push_back(prior.orders[k]);
    posterior.weights.push_back(std::exp(log_weight[k] - largest));
    total += posterior.weights.back();
  }
  auto const pairs = static_cast<std::size_t>(items * items);
  posterior.edges.assign(pairs, 0.0);
  for (std::size_t k = 0; k < posterior.orders.size(); ++k) {
    posterior.weights[k] /= total;
    for (auto rest = posterior.orders[k]; rest != 0; rest &= rest - 1)
      posterior.edges[static_cast<std::size_t>(__builtin_ctzll(rest))] += posterior.weights[k];
  }
  for (double& edge : posterior.edges) edge = std::min(edge, 1.0);
  return posterior;
}

}  // namespace thresher::partial_order
