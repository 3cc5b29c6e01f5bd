#pragma once

#include "linalg/dense_matrix.hpp"
#include "linalg/row_layout.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::hierarchical_features {

/// The features F of a fold's samples, n x D, of which nobody holds more than a block: rows are spread over a
/// team, and so are vectors of R^D.
class Features {
 public:
  virtual ~Features() = default;

  /// Spread of the coordinates of R^D.
  virtual linalg::RowLayout const& layout() const = 0;
  /// Samples of the fold, and those of this rank.
  virtual std::int64_t rows() const = 0;
  mpi::Range owned() const {
    return mpi::share(rows(), layout().communicator().rank(), layout().communicator().size());
  }

  /// This rank's rows of F P for a panel P of R^D of which it holds its own rows. The bits of an entry depend
  /// neither on the team nor on the other columns: labels are made of them. Collective.
  virtual linalg::DenseMatrix times(linalg::ConstMatrixView own_panel) const = 0;
  /// own_out = this rank's coordinates of F^T w. Collective.
  virtual void transposed_times(std::span<double const> own_w, std::span<double> own_out) const = 0;
  /// own_out = this rank's coordinates of F^T diag(w) F a, in one pass. Collective.
  virtual void weighted_gram_times(std::span<double const> own_w, std::span<double const> own_a,
                                   std::span<double> own_out) const = 0;
  /// |F_mu|^2 of this rank's samples. Not collective.
  virtual std::vector<double> squared_norms() const = 0;

  /// Shows this rank's rows of F in blocks, one row per column. For small D. Not collective.
  using Visitor = std::function<void(mpi::Range rows, linalg::ConstMatrixView block)>;
  virtual void visit(Visitor const& visitor) const = 0;
};

/// F^T diag(w) F (lower triangle) on the team's rank 0, an empty matrix elsewhere. Collective.
linalg::DenseMatrix dense_weighted_gram(Features const& features, std::span<double const> own_w);

}  // namespace thresher::hierarchical_features
