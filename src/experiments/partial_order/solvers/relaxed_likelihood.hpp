#pragma once

#include "experiments/partial_order/model/latents.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/solvers/list_kernel.hpp"
#include "experiments/partial_order/solvers/pair_rows.hpp"
#include "mpi/pairwise_sum.hpp"

#include <memory>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// log p~ of all lists under the relaxed model, with its gradient by the latents.
///
/// Lists are spread over the ranks in blocks that depend on their number alone and block sums are added in
/// a fixed order: the same bits on every team. Where lists meet most pairs of items several times (sum of m^2
/// above 4 n^2, n <= kMostTableItems) the tables of all pairs are made once per evaluation, on every rank,
/// and blocks add up derivatives by their entries; otherwise each list makes the pairs of its own items.
class RelaxedLikelihood {
 public:
  static constexpr std::int64_t kMostTableItems = 2048;

  /// `training` is whole on every rank; `comm` must outlive this object. Collective.
  RelaxedLikelihood(mpi::Communicator const& comm, Sequences const& training, std::int64_t items,
                    std::int64_t dimensions, Dominance dominance, Slopes slopes);

  std::int64_t items() const { return items_; }
  std::int64_t dimensions() const { return dimensions_; }
  /// Value, and derivatives by beta and epsilon where they were asked for; writes d value / d U (as
  /// latents.values lies). Collective.
  ListSums operator()(Latents const& latents, double tau, Noise const& noise, std::span<double> gradient);

  /// What an evaluation holds on each rank, and takes on all of them together.
  struct Size {
    std::int64_t items;
    std::int64_t dimensions;
    double sequences;
    double pairs;  ///< sum of m^2
    std::int64_t longest;
  };
  static double bytes(Size const& size, int ranks);
  static double flops(Size const& size);

 private:
  struct Scratch;
  static bool uses_tables(Size const& size);
  static int block_count(Size const& size);
  void make_tables(Latents const& latents, double tau);
  void add_block(Latents const& latents, double tau, Noise const& noise, mpi::Range lists,
                 std::span<double> sums);

  std::int64_t items_;
  std::int64_t dimensions_;
  Dominance dominance_;
  Sequences training_;  ///< equal lists of few items together
  Size size_;
  mpi::PairwiseSum sum_;
  PairRows all_pairs_;
  numerics::AlignedVector tables_;       ///< rows of all items
  numerics::AlignedVector derivatives_;  ///< by the first two parts of every row
  numerics::AlignedVector scaled_gradient_;
  ListKernel kernel_;
};

}  // namespace thresher::partial_order
