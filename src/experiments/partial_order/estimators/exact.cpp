#include "experiments/partial_order/estimators/exact.hpp"

#include "experiments/partial_order/estimators/method.hpp"

#include <fmt/format.h>

namespace thresher::partial_order {

ExactPosterior exact_by_one(Parameters const& point, Sequences const& lists, study::Team& team) {
  auto const& comm = team.communicator();
  ExactPosterior posterior;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0) posterior = exact_posterior(lists, point.n_items, fit_noise(point));
  });
  mpi::broadcast_vector(comm, posterior.orders);
  mpi::broadcast_vector(comm, posterior.weights);
  mpi::broadcast_vector(comm, posterior.edges);
  posterior.evaluations = mpi::broadcast_value(comm, posterior.evaluations);
  return posterior;
}

void refuse_inexact(std::string const& what, Parameters const& point, study::Verdict& verdict) {
  if (point.n_items > kMostEnumeratedItems)
    verdict.refuse("n_items", fmt::format("at most {} with {}", kMostEnumeratedItems, what));
  else if (point.latent_dim != 2)
    verdict.refuse("latent_dim", fmt::format("2 with {}", what));
  else if (point.rho != 0)
    verdict.refuse("rho", fmt::format("0 with {}", what));
  else if (point.infer_hyper)
    verdict.refuse("infer_hyper", fmt::format("0 with {}", what));
}

study::Cost exact_cost(Parameters const& point) {
  constexpr double kOrders[] = {1, 1, 3, 19, 219, 4231, 129183};
  constexpr double kPermutations[] = {1, 1, 2, 6, 24, 120, 720};
  auto const n = static_cast<std::size_t>(point.n_items);
  study::Cost cost;
  if (point.n_items > kMostEnumeratedItems) return cost;
  cost.bytes_per_rank = 9 * kPermutations[n] * kPermutations[n] + 300 * kOrders[n];
  cost.flops = 100 * kPermutations[n] * kPermutations[n] + 2e4 * kOrders[n];
  return cost;
}

namespace {

/// The whole posterior, by enumeration.
class Exact : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override {
    return {"latent_dim", "rho", "infer_hyper", "edge_threshold"};
  }
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {}; }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    refuse_inexact("method = exact", point, verdict);
  }
  study::Cost cost(Parameters const& point, study::Resources const&) const override {
    return exact_cost(point);
  }

  Fit run(FitInput const& input) const override {
    auto posterior = exact_by_one(input.point, input.training, input.team);
    Fit fit;
    fit.scores = std::move(posterior.edges);
    fit.mixture_weights = std::move(posterior.weights);
    fit.evaluations = posterior.evaluations;
    for (auto const code : posterior.orders) fit.mixture.push_back(decode_order(code, input.point.n_items));
    return fit;
  }
};

}  // namespace

Method const& exact_method() {
  static Exact const method;
  return method;
}

}  // namespace thresher::partial_order
