#include "experiments/partial_order/estimators/hard_chains.hpp"
#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/estimators/polish.hpp"
#include "experiments/partial_order/estimators/pooled_draws.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/choice_table.hpp"
#include "study/kept_work.hpp"

#include <algorithm>

namespace thresher::partial_order {

namespace {

/// Work of one sweep, in rough flops.
double sweep_work(Parameters const& point) {
  auto const n = static_cast<double>(point.n_items);
  // An item meets the choices of its own lists; every second proposal changes nothing.
  double const met = n <= kMostWordItems ? 30 * choice_count(point) : 5 * squared_lengths(point);
  return n * (20 * n * static_cast<double>(point.latent_dim) / 8 + 2000) + met * n / 2;
}

/// Moves of single items under the hard likelihood: the posterior itself, if they get there.
class HardMcmc : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override {
    return {"latent_dim", "rho", "chains", "warmup", "samples", "edge_threshold"};
  }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return {&Metrics::accept_rate, &Metrics::rhat, &Metrics::ess};
  }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    refuse_many_items(kMostScoredItems, point, verdict);
    if (point.infer_hyper)
      verdict.refuse("infer_hyper", "method = hard_mcmc takes beta and epsilon as known: 0");
  }
  study::Cost cost(Parameters const& point, study::Resources const&) const override {
    auto const n = static_cast<double>(point.n_items);
    auto const draws = static_cast<double>(point.chains * point.samples);
    study::Cost cost;
    cost.bytes_per_rank = moving_likelihood_bytes(point.n_items, static_cast<double>(sequence_count(point)),
                                                  choice_count(point)) +
                          list_bytes(point) + 16 * n * n + 24 * draws +
                          3 * std::min(draws, static_cast<double>(kMostPredictiveDraws)) * n * (n / 8 + 8);
    cost.flops = static_cast<double>(point.chains * (point.warmup + point.samples)) * sweep_work(point);
    return cost;
  }

  Fit run(FitInput const& input) const override {
    auto const& point = input.point;
    auto const& comm = input.team.communicator();
    study::KeptWork work(input.team, length_of(cost(point, input.team.resources())), "hard_mcmc");
    HardChains chains(point, input.training, input.team, mpi::share(point.chains, comm.rank(), comm.size()));
    std::int64_t done = 0;
    if (auto* const left = work.left()) {
      done = left->get<std::int64_t>();
      chains.restore(*left);
    }
    // All ranks go on together, whether they have chains left or not, in rounds of about a tenth of a second.
    constexpr double kRoundWork = 1e8;
    auto const round = std::max<std::int64_t>(1, static_cast<std::int64_t>(kRoundWork / sweep_work(point)));
    auto const total = mpi::share(point.chains, 0, comm.size()).size() * (point.warmup + point.samples);
    while (done < total) {
      chains.advance(round);
      done += round;
      work.advance(std::min(1.0, static_cast<double>(done) / static_cast<double>(total)),
                   [&](bytes::Writer& state) {
                     state.put(done);
                     chains.save(state);
                   });
    }

    Fit fit;
    pool_draws(chains.draws(), point.n_items, point.chains, point.samples, comm, fit);
    auto const proposals = static_cast<double>(point.chains * point.samples * point.n_items);
    fit.own.accept_rate = mpi::sum(comm, static_cast<double>(chains.accepted())) / proposals;
    fit.evaluations = mpi::sum(comm, chains.evaluations());
    return fit;
  }
};

}  // namespace

Method const& hard_mcmc_method() {
  static HardMcmc const method;
  return method;
}

}  // namespace thresher::partial_order
