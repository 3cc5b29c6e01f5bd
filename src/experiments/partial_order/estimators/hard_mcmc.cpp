#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/estimators/polish.hpp"
#include "experiments/partial_order/estimators/pooled_draws.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/choice_table.hpp"
#include "experiments/partial_order/solvers/hard_sweep.hpp"
#include "study/kept_work.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>

namespace thresher::partial_order {

namespace {

/// The chains of one rank, one after the other. They need no other rank: a number of a chain is addressed by
/// chain and iteration, so it does not matter who runs it.
class ChainsOfRank {
 public:
  ChainsOfRank(FitInput const& input, mpi::Range chains)
      : point_(input.point),
        chains_(chains),
        start_(input.team.stream("init")),
        streams_{input.team.stream("sweep_order"), input.team.stream("sweep_scale"),
                 input.team.stream("sweep_row"), input.team.stream("sweep_accept")},
        likelihood_(make_moving_likelihood(input.training, point_.n_items, fit_noise(point_))),
        progress_{chains.begin, 0, 0, 0, {}, {}} {}

  /// Goes on by some sweeps.
  void advance(std::int64_t sweeps) {
    auto const length = point_.warmup + point_.samples;
    for (; sweeps > 0 && progress_.chain < chains_.end; --sweeps) {
      if (!chain_) begin_chain();
      auto const accepted = chain_->sweep(static_cast<std::uint64_t>(progress_.iteration));
      if (progress_.iteration >= point_.warmup) {
        auto const draw = progress_.chain * point_.samples + progress_.iteration - point_.warmup;
        progress_.draws.add(chain_->order(), draw, point_.chains * point_.samples);
        progress_.accepted += accepted;
      }
      if (++progress_.iteration == length) end_chain();
    }
  }

  DrawSummary const& draws() const { return progress_.draws; }
  std::int64_t accepted() const { return progress_.accepted; }
  double evaluations() const { return progress_.evaluations; }

  void save(bytes::Writer& state) const {
    auto kept = progress_;
    if (chain_) {
      kept.whitened.assign(chain_->whitened().begin(), chain_->whitened().end());
      kept.evaluations += chain_->evaluations();
    }
    state.put(kept);
  }
  void restore(bytes::Reader& state) {
    state.read(progress_);
    if (progress_.whitened.empty()) return;
    make_chain();
    chain_->place(progress_.whitened);
  }

 private:
  struct Progress {
    std::int64_t chain = 0;
    std::int64_t iteration = 0;
    std::int64_t accepted = 0;
    double evaluations = 0;
    DrawSummary draws;
    std::vector<double> whitened;  ///< where a chain has begun
    static constexpr std::tuple members{&Progress::chain,       &Progress::iteration, &Progress::accepted,
                                        &Progress::evaluations, &Progress::draws,     &Progress::whitened};
  };

  void make_chain() {
    chain_.emplace(*likelihood_, point_.n_items, point_.latent_dim, point_.rho, streams_,
                   static_cast<std::uint64_t>(progress_.chain));
  }
  /// Starts from the prior.
  void begin_chain() {
    make_chain();
    auto const width = static_cast<std::size_t>(point_.latent_dim);
    std::vector<double> whitened(static_cast<std::size_t>(point_.n_items) * width);
    for (std::size_t i = 0; i < static_cast<std::size_t>(point_.n_items); ++i)
      start_.normals({static_cast<std::uint64_t>(progress_.chain), i}, 0,
                     std::span(whitened).subspan(i * width, width));
    chain_->place(whitened);
  }
  void end_chain() {
    progress_.evaluations += chain_->evaluations();
    progress_.iteration = 0;
    ++progress_.chain;
    progress_.whitened.clear();
    chain_.reset();
  }

  Parameters const& point_;
  mpi::Range chains_;
  random::Stream start_;
  SweepStreams streams_;
  std::unique_ptr<MovingLikelihood> likelihood_;
  std::optional<HardChain> chain_;
  Progress progress_;
};

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
    ChainsOfRank chains(input, mpi::share(point.chains, comm.rank(), comm.size()));
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
