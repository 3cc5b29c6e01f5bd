#pragma once

#include "experiments/spiked_wigner/parameters.hpp"
#include "linalg/panel_operator.hpp"
#include "linalg/tall_matrix.hpp"
#include "study/experiment.hpp"

#include <vector>

namespace thresher::spiked_wigner {

/// The data of a trial: Y = theta v v^T + W / sqrt(n) with v uniform on the sphere and W from the Gaussian
/// orthogonal ensemble (variance 1 off the diagonal, 2 on it). Each rank of the team holds a share of the
/// rows, or draws them anew at every product.
class SpikedMatrix : public study::StageResult, public linalg::PanelOperator {
 public:
  /// `team` must outlive the matrix. Collective.
  SpikedMatrix(Parameters const& point, study::Team& team);
  SpikedMatrix(SpikedMatrix const&) = delete;  // the rows' generator refers to this object
  SpikedMatrix& operator=(SpikedMatrix const&) = delete;

  linalg::RowLayout const& layout() const override { return layout_; }
  /// Throws study::Interrupted where the run wants to end: a product may take minutes. Collective.
  void apply(linalg::ConstMatrixView own_in, linalg::MatrixView own_out) const override;

  /// This rank's entries of v.
  linalg::ConstMatrixView own_signal() const;

 private:
  void draw_rows(mpi::Range rows, std::span<double> out) const;

  study::Team& team_;
  double theta_;
  random::Stream noise_;
  linalg::RowLayout layout_;
  std::vector<double> signal_;
  linalg::TallMatrix matrix_;
};

/// How the rows of the matrix are held.
linalg::RowStorage row_storage(Storage storage);

}  // namespace thresher::spiked_wigner
