#pragma once

#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "prox/singular_value_threshold.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::prox {

/// out = X X^T in for a panel that all ranks hold: the part of this rank's columns of X, which the search
/// adds to the others'. Not collective.
using GramProduct = std::function<void(linalg::ConstMatrixView in, linalg::MatrixView out)>;

/// How much work a search may do.
struct SubspaceEffort {
  std::int64_t guard = 4;  ///< columns beyond what is wanted: they make the wanted ones converge
  /// > 0: a search that starts with what was found before ends after so many products with what it has, if
  /// its block is wide enough to show that nothing is missing: a scheme that thresholds again and again comes
  /// closer each time. Where so much more is above the threshold that the block is not, it searches anew.
  std::int64_t products = 0;
  std::int64_t most = 0;  ///< > 0: no more singular triplets than that, the largest ones
};

/// Leading left singular vectors of a matrix X that is known by products with X X^T alone, by a block Krylov
/// method (block Davidson without a preconditioner, restarted) that starts with what was found before: a
/// scheme that thresholds again and again changes little from one time to the next. One rank does the small
/// algebra and sends what follows from it. What a cluster of more equal singular values than the block is
/// wide needs is found by widening it: the block always exceeds what is wanted.
class ThresholdedSubspace {
 public:
  /// `rows`: extent of X's columns; `comm` must outlive this object. The first block is of normals.
  ThresholdedSubspace(mpi::Communicator const& comm, std::int64_t rows, SubspaceEffort effort = {});

  /// All singular triplets above the threshold (> 0). Residuals |X X^T u - s^2 u| are below `tolerance` times
  /// the largest s^2. Collective. Throws std::runtime_error when that takes more than 1000 products.
  ShrinkingFactor above(GramProduct const& product, double threshold, double tolerance);
  /// One of several searches: of its own subspace, all of one communicator.
  struct Request {
    ThresholdedSubspace* subspace;
    GramProduct product;
    double threshold;
  };
  /// What was found, and how it follows from the panels that were multiplied: the vectors are those, side by
  /// side, times the combination. After more than kPanelsCombined products it has no rows.
  struct Found {
    ShrinkingFactor factor;
    linalg::DenseMatrix combination;
  };
  static constexpr std::int64_t kPanelsCombined = 2;
  /// `above` for several at once: each has its small algebra on a rank of its own, in turns where there are
  /// more searches than ranks, and holds its vectors there until all have ended. Collective.
  static std::vector<Found> above(mpi::Communicator const& comm, std::span<Request const> requests,
                                  double tolerance);
  /// The `count` leading ones, with threshold 0. Collective.
  ShrinkingFactor leading(GramProduct const& product, std::int64_t count, double tolerance);

  /// Numbers that a search holds at most, with blocks of so many columns.
  static std::int64_t numbers_held(std::int64_t rows, std::int64_t columns);

  /// Products with blocks of vectors so far.
  std::int64_t products() const { return products_; }
  /// What the next call starts with: the state of a scheme that is to be continued (the same on all ranks).
  linalg::DenseMatrix const& start() const { return start_; }
  void set_start(linalg::DenseMatrix start) { start_ = std::move(start); }

 private:
  class Search;
  static std::vector<Found> search(mpi::Communicator const& comm, std::span<Request const> requests,
                                   std::int64_t count, double tolerance);

  mpi::Communicator const& comm_;
  std::int64_t rows_;
  SubspaceEffort effort_;
  linalg::DenseMatrix start_;
  std::int64_t products_ = 0;
};

}  // namespace thresher::prox
