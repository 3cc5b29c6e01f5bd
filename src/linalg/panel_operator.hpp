#pragma once

#include "linalg/row_layout.hpp"

namespace thresher::linalg {

/// A symmetric operator on a team, applied to panels of which each rank holds its own rows.
class PanelOperator {
 public:
  virtual ~PanelOperator() = default;
  /// Spread of the rows of the panels.
  virtual RowLayout const& layout() const = 0;
  /// own_out = this rank's rows of A times the panel. Panels do not overlap. Collective.
  virtual void apply(ConstMatrixView own_in, MatrixView own_out) const = 0;
};

}  // namespace thresher::linalg
