#include "experiments/partial_order/estimators/chain_run.hpp"

#include "experiments/partial_order/estimators/pooled_draws.hpp"
#include "experiments/partial_order/solvers/draw_summary.hpp"

#include <algorithm>

namespace thresher::partial_order {

namespace {

/// What the chains have given so far.
struct Collected {
  std::int64_t chain = 0;
  std::int64_t iteration = 0;  ///< next one of this chain; 0: it has not started
  double accepted = 0;
  double evaluations = 0;  ///< of the chains done
  DrawSummary draws;
  std::vector<double> latents;  ///< of every draw, where they are asked for
  static constexpr std::tuple members{&Collected::chain,       &Collected::iteration, &Collected::accepted,
                                      &Collected::evaluations, &Collected::draws,     &Collected::latents};
};

}  // namespace

Fit run_chains(ChainSampler& sampler, FitInput const& input, study::Length length) {
  auto const& point = input.point;
  auto const iterations = point.warmup + point.samples;
  bool const keeps_latents = input.team.wants("latent_draws");
  Collected so_far;
  study::KeptWork work(input.team, length, "partial_order chains 1");
  if (work.left() != nullptr) {
    work.left()->read(so_far);
    if (so_far.iteration > 0) sampler.read(*work.left());
    work.forget_left();
  }
  auto const save = [&](bytes::Writer& state) {
    state.put(so_far);
    if (so_far.iteration > 0) sampler.write(state);
  };
  for (; so_far.chain < point.chains; ++so_far.chain, so_far.iteration = 0) {
    for (; so_far.iteration < iterations; ++so_far.iteration) {
      work.advance(static_cast<double>(so_far.chain * iterations + so_far.iteration) /
                       static_cast<double>(point.chains * iterations),
                   save);
      if (so_far.iteration == 0) sampler.start(so_far.chain, work, save);
      double const accepted = sampler.iterate(so_far.iteration);
      if (so_far.iteration < point.warmup) continue;
      so_far.accepted += accepted;
      so_far.draws.add(sampler.order(), so_far.chain * point.samples + so_far.iteration - point.warmup,
                       point.chains * point.samples);
      if (!keeps_latents) continue;
      auto const latents = sampler.latents();
      so_far.latents.insert(so_far.latents.end(), latents.values.begin(), latents.values.end());
    }
    so_far.evaluations += sampler.evaluations();
  }
  Fit fit;
  auto const self = mpi::Communicator::self();  // every rank has all draws
  pool_draws(so_far.draws, point.n_items, point.chains, point.samples, self, fit);
  fit.latent_draws = std::move(so_far.latents);
  fit.own.accept_rate = so_far.accepted / static_cast<double>(point.chains * point.samples);
  fit.evaluations = so_far.evaluations;
  return fit;
}

std::vector<double Metrics::*> sampler_metrics() {
  return {&Metrics::accept_rate, &Metrics::rhat, &Metrics::ess};
}

}  // namespace thresher::partial_order
