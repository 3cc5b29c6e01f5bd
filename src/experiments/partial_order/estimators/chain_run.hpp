#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/partial_order/estimators/method.hpp"
#include "experiments/partial_order/estimators/polish.hpp"
#include "study/kept_work.hpp"

#include <cstdint>

namespace thresher::partial_order {

/// A Markov chain over latents, as the samplers run it. All calls are collective; the state is the same on
/// all ranks.
class ChainSampler {
 public:
  virtual ~ChainSampler() = default;
  /// Goes to the start of chain number `chain`; where the run ends before it is there, keeps what `save`
  /// writes.
  virtual void start(std::int64_t chain, study::KeptWork& work, study::KeptWork::Save const& save) = 0;
  /// Iteration number `iteration`, warm-up and kept ones counted together. Returns the acceptance that
  /// accept_rate averages.
  virtual double iterate(std::int64_t iteration) = 0;
  /// h(U) of the state, and its U.
  virtual PartialOrder order() const = 0;
  virtual Latents latents() const = 0;
  /// Of this chain, its start included.
  virtual double evaluations() const = 0;
  /// All that later iterations of this chain depend on, and its count of evaluations.
  virtual void write(bytes::Writer& state) const = 0;
  virtual void read(bytes::Reader& state) = 0;
};

/// Runs `chains` chains, one after the other on the whole team: `warmup` iterations, then `samples` draws
/// each. Asks whether the run wants to end before every iteration; a long run leaves its state and goes on to
/// the same draws. Fills the scores (shares of the draws), the mixture and the diagnostics. Collective.
/// Throws study::Interrupted.
Fit run_chains(ChainSampler& sampler, FitInput const& input, study::Length length);

/// Metrics of all samplers.
std::vector<double Metrics::*> sampler_metrics();

}  // namespace thresher::partial_order
