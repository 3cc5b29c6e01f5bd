#include "experiments/partial_order/model/sequences.hpp"

#include <map>
#include <utility>

namespace thresher::partial_order {

Sequences merged(Sequences const& lists) {
  Sequences result;
  std::map<std::pair<std::vector<std::int32_t>, std::int64_t>, std::size_t> places;
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const list = lists[s];
    auto const [place, is_new] =
        places.try_emplace({{list.items.begin(), list.items.end()}, list.steps}, result.weight.size());
    if (is_new) {
      result.items.insert(result.items.end(), list.items.begin(), list.items.end());
      result.offset.push_back(static_cast<std::int64_t>(result.items.size()));
      result.steps.push_back(static_cast<std::int32_t>(list.steps));
      result.weight.push_back(0);
    }
    result.weight[place->second] += list.weight;
  }
  return result;
}

}  // namespace thresher::partial_order
