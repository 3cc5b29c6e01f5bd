#pragma once

#include "linalg/column_groups.hpp"
#include "linalg/dense_matrix.hpp"
#include "linalg/panel_operator.hpp"
#include "linalg/tall_matrix.hpp"

#include <functional>
#include <span>

namespace thresher::linalg {

/// X^T diag(w) X + shift I for the n rows of a tall matrix X and weights w of any sign, never formed.
///
/// A pass reads (or generates) every entry of X once for both products and for all columns of the panel. The
/// bits of a column do not depend on the columns that go with it (see ColumnGroups); a vector alone has sums
/// of its own, at the speed of memory, which for floats are as exact as floats are
/// (row_gram_product.hpp).
class WeightedGramOperator : public PanelOperator {
 public:
  /// Called before every pass on all ranks; may be collective and may throw on all ranks together.
  using BeforePass = std::function<void()>;

  /// What the rows' entries are, where they are not stored as floats anyway: numbers that were rounded to
  /// floats give the same bits whether they are stored or made anew.
  enum class Entries { doubles, floats };
  /// `rows` and `own_weights` (one per row of this rank) must outlive the operator.
  WeightedGramOperator(TallMatrix const& rows, std::span<double const> own_weights, double shift,
                       Entries entries = Entries::doubles);
  void call_before_pass(BeforePass hook) { before_pass_ = std::move(hook); }

  RowLayout const& layout() const override { return layout_; }
  void apply(ConstMatrixView own_in, MatrixView own_out) const override;

 private:
  /// What this rank's rows make of the panel `whole_`, or of a vector alone. Not collective.
  DenseMatrix panel_image() const;
  DenseMatrix vector_image() const;
  void add_image_of_floats(std::span<double> image) const;

  TallMatrix const& rows_;
  std::span<double const> own_weights_;
  RowLayout layout_;
  double shift_;
  Entries entries_;
  BeforePass before_pass_;
  // Scratch: a pass changes nothing that the caller can see.
  mutable DenseMatrix whole_;
  mutable ColumnGroups scores_;
};

}  // namespace thresher::linalg
