#pragma once

#include "experiments/entropy_coupling/model/law.hpp"

#include <cstdint>
#include <vector>

namespace thresher::entropy_coupling {

/// Cells of equal cost -log2 of their probability under the product law.
struct CostRun {
  double cost = 0;
  std::int64_t count = 0;
};

/// Costs of the cheapest cells of a product of laws, upwards, equal costs together: for equal laws these are
/// the types, few however many cells there are.
class ProductCosts {
 public:
  /// Keeps the `limit` cheapest cells; starts from the empty product (one cell of cost 0).
  explicit ProductCosts(std::int64_t limit) : limit_(limit), runs_{{0, 1}} {}
  /// Multiplies by another law. O(limit log limit) at most.
  void extend(Law const& law);
  std::vector<CostRun> const& runs() const { return runs_; }

 private:
  std::int64_t limit_;
  std::vector<CostRun> runs_;
};

}  // namespace thresher::entropy_coupling
