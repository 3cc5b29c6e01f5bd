#pragma once

#include <cstddef>

namespace thresher::partial_order {

/// Rows of the pair tables of one list, by its local numbers 0..items-1, and where the derivatives by their
/// entries go. Aligned as AlignedVector, `width` (padded) numbers each.
class ListRows {
 public:
  struct View {
    double const* free;   ///< log(1 - P_qr)
    double const* after;  ///< P_rq
  };
  virtual ~ListRows() = default;
  /// Valid until the next call.
  virtual View row(std::size_t q) = 0;
  /// Receives the derivatives by the entries of row q.
  virtual void take(std::size_t q, double const* by_free, double const* by_after) = 0;
};

}  // namespace thresher::partial_order
