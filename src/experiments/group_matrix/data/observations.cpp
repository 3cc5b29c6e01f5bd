#include "experiments/group_matrix/data/observations.hpp"

namespace thresher::group_matrix {

Observations Observations::part(std::function<bool(std::int64_t, std::int64_t)> const& keeps) const {
  Observations kept(rows_, columns_, own_);
  for (std::int64_t i = 0; i < own_.size(); ++i) {
    auto const range = entries(i);
    for (auto k = range.begin; k < range.end; ++k)
      if (keeps(i, k)) kept.add(column(k), value(k));
    kept.end_row();
  }
  return kept;
}

}  // namespace thresher::group_matrix
