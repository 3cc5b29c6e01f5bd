#pragma once

#include "linalg/column_groups.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/panel_operator.hpp"
#include "linalg/tall_matrix.hpp"

#include <functional>

namespace thresher::linalg {

/// S (X^T X / n + ridge I) S for the n rows of a tall matrix X and an optional symmetric map S, never formed.
///
/// A pass reads (or generates) every entry of X once for both products and for all columns of the panel. A
/// column's bits do not depend on the columns that go with it (see ColumnGroups).
class CovarianceOperator : public PanelOperator {
 public:
  /// Applies S in place to a whole panel. Not collective.
  using Map = std::function<void(MatrixView whole)>;
  /// Called before every pass on all ranks; may be collective and may throw on all ranks together.
  using BeforePass = std::function<void()>;

  /// `rows` must outlive the operator.
  CovarianceOperator(TallMatrix const& rows, double ridge, Map map = {});
  void call_before_pass(BeforePass hook) { before_pass_ = std::move(hook); }

  RowLayout const& layout() const override { return layout_; }
  void apply(ConstMatrixView own_in, MatrixView own_out) const override;
  /// Passes over X so far.
  std::int64_t passes() const { return passes_; }

 private:
  TallMatrix const& rows_;
  RowLayout layout_;
  double ridge_;
  Map map_;
  BeforePass before_pass_;
  // Scratch and counter: a pass changes nothing that the caller can see but the count.
  mutable DenseMatrix whole_;
  mutable ColumnGroups scores_;
  mutable std::int64_t passes_ = 0;
};

}  // namespace thresher::linalg
