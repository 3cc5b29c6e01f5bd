#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/estimators/trajectories.hpp"
#include "experiments/partial_order/solvers/hard_sweep.hpp"

#include <memory>

namespace thresher::partial_order {

namespace {

/// Trajectories along the relaxed gradient that the hard posterior accepts, then moves of single items. The
/// moves are made by rank 0.
class HybridChain : public TrajectoryChain {
 public:
  explicit HybridChain(FitInput const& input)
      : TrajectoryChain(input),
        streams_{input.team.stream("sweep_order"), input.team.stream("sweep_scale"),
                 input.team.stream("sweep_row"), input.team.stream("sweep_accept")},
        likelihood_(make_moving_likelihood(input.training, input.point.n_items, fit_noise(input.point))) {}

  double iterate(std::int64_t iteration) override {
    auto const& point = input().point;
    auto const& comm = input().team.communicator();
    double const alpha = move(iteration, [&](std::span<double const> z, double) { return hard_target(z); });
    if (comm.rank() == 0) {
      HardChain moves(*likelihood_, point.n_items, point.latent_dim, point.rho, streams_,
                      static_cast<std::uint64_t>(chain()));
      moves.place(position());
      moves.sweep(static_cast<std::uint64_t>(iteration));
      position().assign(moves.whitened().begin(), moves.whitened().end());
    }
    mpi::broadcast(comm, std::span<double>(position()));
    return alpha;
  }

 private:
  /// Hard log-likelihood and prior, as rank 0 computes them.
  double hard_target(std::span<double const> z) {
    auto const& point = input().point;
    auto const& comm = input().team.communicator();
    double value = 0;
    if (comm.rank() == 0) {
      likelihood_->reset(PartialOrder::copy_of(ProductOrder(coloured(z, point.latent_dim, point.rho))));
      value = likelihood_->value();
      for (double const entry : z) value -= entry * entry / 2;
    }
    return mpi::broadcast_value(comm, value);
  }

  SweepStreams streams_;
  std::unique_ptr<MovingLikelihood> likelihood_;
};

/// The hard posterior itself, by relaxed gradients.
class HybridMcmc : public RelaxedMethod {
 public:
  std::vector<double Metrics::*> measures(Parameters const&) const override { return sampler_metrics(); }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    RelaxedMethod::check(point, verdict);
    refuse_many_items(kMostScoredItems, point, verdict);
    if (point.infer_hyper)
      verdict.refuse("infer_hyper", "method = hybrid_mcmc takes beta and epsilon as known: 0");
  }
  Fit run(FitInput const& input) const override {
    HybridChain chain(input);
    return run_chains(chain, input, length_of(cost(input.point, input.team.resources())));
  }

 protected:
  std::vector<std::string_view> reads_too(Parameters const&) const override {
    return trajectory_parameters();
  }
  double evaluations(Parameters const& point) const override { return trajectory_evaluations(point); }
  study::Cost own_cost(Parameters const& point, study::Resources const&) const override {
    auto const n = static_cast<double>(point.n_items);
    auto const iterations = static_cast<double>(point.chains * (point.warmup + point.samples));
    study::Cost cost;
    cost.bytes_per_rank = draw_bytes(point, static_cast<double>(point.chains * point.samples)) +
                          moving_likelihood_bytes(point.n_items, static_cast<double>(sequence_count(point)),
                                                  choice_count(point));
    // A sweep meets every list of an item that changes, two full evaluations decide about the trajectory.
    cost.flops = iterations * (n * n * static_cast<double>(4 * point.latent_dim) +
                               10 * squared_lengths(point) * (n / 4 + 2) + 2000 * n);
    return cost;
  }
};

}  // namespace

Method const& hybrid_mcmc_method() {
  static HybridMcmc const method;
  return method;
}

}  // namespace thresher::partial_order
