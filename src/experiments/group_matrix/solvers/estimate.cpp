#include "experiments/group_matrix/solvers/estimate.hpp"

#include <algorithm>
#include <vector>

namespace thresher::group_matrix {

void Estimate::rows(std::span<std::int32_t const> rows, linalg::MatrixView panel) const {
  for (std::int64_t t = 0; t < panel.columns; ++t) {
    if (dense.columns() > 0)
      std::ranges::copy(dense.column(rows[static_cast<std::size_t>(t)]), panel.column(t).begin());
    else
      std::ranges::fill(panel.column(t), 0.0);
  }
  factored.add_rows(rows, 1, panel);
}

std::vector<double> Estimate::at(Observations const& where) const {
  std::vector<double> values(static_cast<std::size_t>(where.count()));
  if (dense.columns() > 0)
    for (std::int64_t i = 0; i < where.own().size(); ++i) {
      auto const entries = where.entries(i);
      for (auto k = entries.begin; k < entries.end; ++k)
        values[static_cast<std::size_t>(k)] = dense(where.column(k), i);
    }
  factored.add_at(where, 1, values);
  return values;
}

}  // namespace thresher::group_matrix
