#include "experiments/mixed_quality_lasso/data/data.hpp"

#include <algorithm>

namespace thresher::mixed_quality_lasso {

TrialData::TrialData(std::span<Parameters const> points, study::Team& team) {
  if (team.input() != nullptr) {
    user_data_.emplace(read_user_data(team));
    return;
  }
  std::vector<Parameters> single;
  std::map<std::int64_t, std::vector<Parameters>> averaged;  // by the number of the data set
  for (auto const& point : points) {
    if (!(point.iso_level > 0)) {
      single.push_back(point);
      continue;
    }
    auto wider = point;
    wider.n1 += static_cast<std::int64_t>(iso_price_step(static_cast<double>(point.n1)));
    for (std::int64_t d = 0; d < point.iso_draws; ++d)
      averaged[team.trial() * point.iso_draws + d].push_back(wider);
  }
  if (!single.empty()) data_set_ = std::make_unique<DataSet>(single, team, team.trial());
  for (auto const& [number, users] : averaged)
    draws_.emplace(number, std::make_unique<DataSet>(users, team, number));
}

std::vector<DataSet const*> TrialData::draws(std::int64_t trial, Parameters const& point) const {
  std::vector<DataSet const*> found;
  for (std::int64_t d = 0; d < point.iso_draws; ++d)
    found.push_back(draws_.at(trial * point.iso_draws + d).get());
  return found;
}

}  // namespace thresher::mixed_quality_lasso
