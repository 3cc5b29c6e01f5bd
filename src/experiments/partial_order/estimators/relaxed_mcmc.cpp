#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/estimators/trajectories.hpp"

namespace thresher::partial_order {

namespace {

class RelaxedChain : public TrajectoryChain {
 public:
  using TrajectoryChain::TrajectoryChain;
  double iterate(std::int64_t iteration) override {
    return move(iteration, [](std::span<double const>, double driving) { return driving; });
  }
};

/// Hamiltonian Monte Carlo on the relaxed posterior; draws are read as h(U).
class RelaxedMcmc : public RelaxedMethod {
 public:
  std::vector<double Metrics::*> measures(Parameters const&) const override { return sampler_metrics(); }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    RelaxedMethod::check(point, verdict);
    refuse_many_items(kMostScoredItems, point, verdict);
  }
  Fit run(FitInput const& input) const override {
    RelaxedChain chain(input);
    return run_chains(chain, input, length_of(cost(input.point, input.team.resources())));
  }

 protected:
  std::vector<std::string_view> reads_too(Parameters const&) const override {
    return trajectory_parameters();
  }
  double evaluations(Parameters const& point) const override { return trajectory_evaluations(point); }
  study::Cost own_cost(Parameters const& point, study::Resources const&) const override {
    auto const n = static_cast<double>(point.n_items);
    auto const draws = static_cast<double>(point.chains * point.samples);
    study::Cost cost;
    cost.bytes_per_rank = draw_bytes(point, draws);
    cost.flops = draws * n * n * static_cast<double>(2 * point.latent_dim);
    return cost;
  }
};

}  // namespace

Method const& relaxed_mcmc_method() {
  static RelaxedMcmc const method;
  return method;
}

}  // namespace thresher::partial_order
