#include "experiments/partial_order/estimators/hard_chains.hpp"

#include "experiments/partial_order/model/setting.hpp"

#include <span>

namespace thresher::partial_order {

HardChains::HardChains(Parameters const& point, Sequences const& training, study::Team const& team,
                       mpi::Range chains)
    : point_(point),
      chains_(chains),
      start_(team.stream("init")),
      streams_{team.stream("sweep_order"), team.stream("sweep_scale"), team.stream("sweep_row"),
               team.stream("sweep_accept")},
      likelihood_(make_moving_likelihood(training, point.n_items, fit_noise(point))) {
  progress_.chain = chains.begin;
}

void HardChains::advance(std::int64_t sweeps) {
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

void HardChains::save(bytes::Writer& state) const {
  auto kept = progress_;
  if (chain_) {
    kept.whitened.assign(chain_->whitened().begin(), chain_->whitened().end());
    kept.evaluations += chain_->evaluations();
  }
  state.put(kept);
}

void HardChains::restore(bytes::Reader& state) {
  state.read(progress_);
  if (progress_.whitened.empty()) return;
  make_chain();
  chain_->place(progress_.whitened);
}

void HardChains::make_chain() {
  chain_.emplace(*likelihood_, point_.n_items, point_.latent_dim, point_.rho, streams_,
                 static_cast<std::uint64_t>(progress_.chain));
}

void HardChains::begin_chain() {
  make_chain();
  auto const width = static_cast<std::size_t>(point_.latent_dim);
  std::vector<double> whitened(static_cast<std::size_t>(point_.n_items) * width);
  for (std::size_t i = 0; i < static_cast<std::size_t>(point_.n_items); ++i)
    start_.normals({static_cast<std::uint64_t>(progress_.chain), i}, 0,
                   std::span(whitened).subspan(i * width, width));
  chain_->place(whitened);
}

void HardChains::end_chain() {
  progress_.evaluations += chain_->evaluations();
  progress_.iteration = 0;
  ++progress_.chain;
  progress_.whitened.clear();
  chain_.reset();
}

}  // namespace thresher::partial_order
