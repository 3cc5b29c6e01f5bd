#include "experiments/linear_generative/estimators/decomposition.hpp"

#include "experiments/linear_generative/model/setting.hpp"

#include <algorithm>
#include <vector>

namespace thresher::linear_generative {

Decomposition::Decomposition(std::span<Parameters const> points, DataSets const& sets, study::Team& team)
    : sets_(sets) {
  std::vector<Parameters> dense;
  std::ranges::copy_if(points, std::back_inserter(dense), [](Parameters const& point) {
    return is_matrix_function(point.model) && settled_method(point) == Method::dense;
  });
  if (!dense.empty()) dense_.emplace(dense, sets, team);
  auto const conv =
      std::ranges::find_if(points, [](Parameters const& point) { return point.model == Model::conv; });
  if (conv != points.end()) powers_ = power_spectra(*conv, sets, team);
}

}  // namespace thresher::linear_generative
