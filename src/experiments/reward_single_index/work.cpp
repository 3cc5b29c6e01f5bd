#include "experiments/reward_single_index/work.hpp"

#include "experiments/reward_single_index/data/own_readout_rows.hpp"
#include "experiments/reward_single_index/estimators/averages.hpp"
#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/estimators/readout_fit.hpp"
#include "experiments/reward_single_index/model/setting.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

/// Flops of an exponential, and of a link with its label.
constexpr double kExponentialFlops = 60;

/// Labels, and the sums that points share.
study::Cost data_cost(Parameters const& point, study::Resources const& resources) {
  study::Cost cost;
  // The link's moments on a fine grid.
  cost.flops = 24001 * kExponentialFlops;
  if (!uses_shared_pass(point)) return cost;
  auto const rows = static_cast<double>(first_rows(point));
  auto const d = static_cast<double>(point.d);
  auto averages = average_cost(point, resources);
  averages.normals = (rows + static_cast<double>(calibration_rows(point))) * d;
  // A sum is one of eight columns.
  averages.flops = cost.flops + rows * (2 * d + 16 * d + 2 * kExponentialFlops);
  if (point.stage1 == FirstStage::sir) averages.flops += rows * d;
  return averages;
}

double transform_flops(Parameters const& point) {
  if (point.transform != Transform::optimal) return 0;
  return ConditionalMoments::flops(point, RewardLink(point));
}

/// Second stage and evaluation.
void add_readout(Parameters const& point, study::Resources const& resources, study::Cost& cost) {
  if (point.n2 == 0) return;
  auto const rows = static_cast<double>(readout_rows(point));
  auto const width = static_cast<double>(point.n_neurons + 2);
  cost.normals = rows * (width + 1);
  cost.flops = rows * (3 * width * width + 8 * width + 2 * kExponentialFlops) +
               resources.ranks * 30 * std::pow(width, 3);
  bool const spread = point.stage1 == FirstStage::online || point.stage1 == FirstStage::batch ||
                      point.stage1 == FirstStage::random;
  double const nodes = spread ? static_cast<double>(point.n_eval) : 129;
  // Twice over the grid, which is often doubled once.
  cost.flops += 1200 * nodes * (6 * width + 4 * kExponentialFlops) + 2 * nodes * width * width;
  double const blocks = readout_blocks(readout_rows(point), point.n_neurons);
  double const own_blocks = std::ceil(blocks / resources.ranks);
  cost.bytes_per_rank += 8 * (width * width * (own_blocks * (resources.ranks > 1 ? 2 : 1) + 12) +
                              512 * (2 * width + 4) + 8 * 12801 + 2 * nodes);
}

/// Second stage on the user's rows, which are read twice or three times.
void add_own_readout(Parameters const& point, study::Resources const& resources, study::Cost& cost) {
  if (point.n2 == 0) return;
  auto const rows = static_cast<double>(readout_rows(point));
  auto const d = static_cast<double>(point.d);
  auto const width = static_cast<double>(point.n_neurons + 2);
  cost.normals = rows * d;  // numbers that are read
  cost.flops = rows * (3 * width * width + 2 * d * (width + 1) + 26 * kExponentialFlops) +
               resources.ranks * 30 * std::pow(width, 3);
  double const own_blocks = std::ceil(readout_blocks(readout_rows(point), point.n_neurons) / resources.ranks);
  cost.bytes_per_rank += OwnReadoutRows::bytes(point, point.n_neurons) +
                         8 * (width * width * (own_blocks * (resources.ranks > 1 ? 2 : 1) + 12) +
                              512 * (2 * width + 4) + 3 * rows / resources.ranks);
}

study::Cost drawn_cost(std::size_t stage, Parameters const& point, study::Resources const& resources) {
  if (stage == 0) return data_cost(point, resources);
  auto cost = method_of(point).cost(point, resources);
  if (stage == 1) {
    cost.flops += resources.ranks * transform_flops(point);
    return cost;
  }
  study::Cost readout;
  readout.bytes_per_rank = cost.bytes_per_rank;
  readout.remedy = cost.remedy;
  if (point.input != nullptr)
    add_own_readout(point, resources, readout);
  else
    add_readout(point, resources, readout);
  return readout;
}

}  // namespace

study::Cost stage_cost(std::size_t stage, Parameters const& point, study::Resources const& resources) {
  auto cost = drawn_cost(stage, point, resources);
  if (point.input == nullptr) return cost;
  // What would be drawn is read.
  cost.bytes_streamed += 8 * cost.normals;
  cost.normals = 0;
  cost.bytes_per_rank += OwnData::bytes(point);
  return cost;
}

}  // namespace thresher::reward_single_index
