#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/solvers/draw_summary.hpp"
#include "experiments/partial_order/solvers/hard_sweep.hpp"
#include "mpi/partition.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace thresher::partial_order {

/// The hard chains of one rank, one after the other. They need no other rank: a number of a chain is
/// addressed by chain and iteration, so it does not matter who runs it.
class HardChains {
 public:
  /// `chains` of the point's chains; `training` and `point` must outlive it. Not collective.
  HardChains(Parameters const& point, Sequences const& training, study::Team const& team, mpi::Range chains);

  /// Goes on by some sweeps, or to the end of the last chain.
  void advance(std::int64_t sweeps);

  DrawSummary const& draws() const { return progress_.draws; }
  /// Moves of kept iterations that were taken.
  std::int64_t accepted() const { return progress_.accepted; }
  double evaluations() const { return progress_.evaluations; }

  /// From what `save` wrote, another object goes on to the same bits.
  void save(bytes::Writer& state) const;
  void restore(bytes::Reader& state);

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

  void make_chain();
  /// Starts from the prior.
  void begin_chain();
  void end_chain();

  Parameters const& point_;
  mpi::Range chains_;
  random::Stream start_;
  SweepStreams streams_;
  std::unique_ptr<MovingLikelihood> likelihood_;
  std::optional<HardChain> chain_;
  Progress progress_;
};

}  // namespace thresher::partial_order
