#include "experiments/hawkes_network/data/trial_data.hpp"

#include "experiments/hawkes_network/data/simulation.hpp"
#include "experiments/hawkes_network/data/user_events.hpp"
#include "experiments/hawkes_network/model/setting.hpp"

#include <algorithm>

namespace thresher::hawkes_network {

TrialData::TrialData(std::span<Parameters const> points, study::Team& team) {
  auto const& point = points.front();
  if (point.input != nullptr) {
    streams = read_user_events(*point.input, team);
    if (point.input->has_truth()) truth = read_user_truth(*point.input, team);
    return;
  }
  double end = 0;
  for (auto const& each : points) end = std::max(end, horizon(each));
  truth = draw_network(point, team);
  baselines = draw_baselines(point, team);
  total_rate = hawkes_network::total_rate(*truth, point.self_weight, baselines, load(point));
  streams = simulate(point, end, *truth, baselines, team);
}

}  // namespace thresher::hawkes_network
