#include "experiments/group_matrix/model/group_weights.hpp"

#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/model/own_matrix.hpp"

namespace thresher::group_matrix {

bool mixes_factors(Parameters const& point) {
  if (point.input != nullptr) return point.input->weights.empty() && point.input->factors == 2;
  return point.design == GroupDesign::crossed && point.levels_2 > 1;
}

std::vector<double> group_weights(Parameters const& point) {
  if (point.input != nullptr && !point.input->weights.empty()) return point.input->weights;
  std::vector<double> weights;
  auto const groups = point.input != nullptr ? static_cast<std::int64_t>(point.input->group_sizes.size())
                                             : Design(point).groups();
  for (std::int64_t g = 0; g < groups; ++g) {
    bool const is_first = point.input != nullptr ? point.input->factor_of[static_cast<std::size_t>(g)] == 0
                                                 : Design(point).factor_of(g) == 0;
    if (!mixes_factors(point))
      weights.push_back(1);
    else
      weights.push_back(is_first ? 1 - point.weight_mix : point.weight_mix);
  }
  return weights;
}

}  // namespace thresher::group_matrix
