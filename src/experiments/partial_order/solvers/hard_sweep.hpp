#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/solvers/moving_likelihood.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// Streams of the moves of single items.
struct SweepStreams {
  random::Stream order;   ///< (chain, iteration), item: items are visited by ascending value
  random::Stream scale;   ///< (chain, iteration), item
  random::Stream row;     ///< (chain, iteration, item), coordinate
  random::Stream accept;  ///< (chain, iteration), item
};

/// A Markov chain over whitened latents Z (items x dimension, row-major) whose target is the hard likelihood
/// times the prior N(0, I): Z_i' = sqrt(1 - s^2) Z_i + s g keeps the prior, so the likelihood alone decides.
/// All on this rank.
class HardChain {
 public:
  /// `likelihood` and `streams` must outlive it.
  HardChain(MovingLikelihood& likelihood, std::int64_t items, std::int64_t dimension, double rho,
            SweepStreams const& streams, std::uint64_t chain);

  /// Starts, or goes on, at these latents.
  void place(std::span<double const> whitened);
  /// Tries to move every item once, in random order. Returns how many stayed moved (those that change no
  /// relation are always taken).
  std::int64_t sweep(std::uint64_t iteration);

  std::span<double const> whitened() const { return whitened_; }
  PartialOrder const& order() const { return order_; }
  double log_likelihood() const { return likelihood_.value(); }
  /// Likelihoods computed so far.
  double evaluations() const { return evaluations_; }

 private:
  void colour(std::span<double const> whitened, std::span<double> utilities) const;
  /// Changes the relations of `item` to those of `utilities_`; `changed_` is whom they are with.
  void relate_again(std::int32_t item);
  bool try_item(std::uint64_t iteration, std::int32_t item, double scale, double threshold);

  MovingLikelihood& likelihood_;
  std::int64_t items_;
  std::int64_t dimension_;
  double own_part_;  ///< Sigma^(1/2) = own_part I + shared_part 11^T
  double shared_part_;
  SweepStreams const& streams_;
  std::uint64_t chain_;
  std::vector<double> whitened_;
  std::vector<double> utilities_;
  PartialOrder order_;
  std::vector<std::int32_t> changed_;
  std::vector<bits::Word> after_;
  std::vector<bits::Word> before_;
  std::vector<double> step_;
  double evaluations_ = 0;
};

}  // namespace thresher::partial_order
