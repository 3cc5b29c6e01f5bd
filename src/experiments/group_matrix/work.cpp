#include "experiments/group_matrix/work.hpp"

#include "experiments/group_matrix/estimators/method.hpp"
#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/model/own_matrix.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::group_matrix {

namespace {

/// Bytes of an observation, of the groups' lists of a row, and numbers in a panel of the measurement.
constexpr double kObservation = 12, kRow = 40, kReadingPanel = 1 << 16;

double components(Parameters const& point) {
  if (point.input != nullptr) return 0;
  Design const design(point);
  double sum = static_cast<double>(design.shared_rank());
  for (std::int64_t g = 0; g < design.groups(); ++g) sum += static_cast<double>(design.own_rank(g));
  return sum;
}

study::Cost data_cost(Parameters const& point, int ranks) {
  auto const size = extents_of(point);
  double const bases = components(point);
  study::Cost cost;
  double const expected = size.observed / ranks;
  cost.bytes_per_rank = kObservation * (expected + 6 * std::sqrt(expected)) +
                        size.rows / ranks * (kRow + 8 * bases) + 8 * size.columns * (2 * bases + 8) +
                        static_cast<double>(point.levels_1) * size.columns;
  if (point.input != nullptr) cost.bytes_per_rank += 32 * expected;
  cost.normals = (point.noise_sd > 0 ? 1.4 : 0.4) * size.entries + size.rows * bases;
  cost.flops = size.entries * (2 * std::min(bases, 8.0) + 4);
  return cost;
}

/// Errors of all entries and the groups' subspaces, beside the coordinates of the estimate, which its method
/// counts.
study::Cost reading_cost(Parameters const& point, int ranks) {
  auto const size = extents_of(point);
  double const bases = components(point);
  double const order = std::min(size.columns, 1500.0);
  study::Cost cost;
  cost.flops = size.entries * (2 * std::min(bases, 8.0) + 12 + 4 * order) + 40 * order * order * order;
  cost.bytes_per_rank = 8 * (2 * std::max(kReadingPanel, size.columns) + 3 * size.columns * bases +
                             4 * bases * bases + 2 * order * order) +
                        8 * size.observed / ranks;
  if (point.input != nullptr) {
    cost.bytes_per_rank += 8 * 16 * 4 * size.columns * static_cast<double>(point.input->group_sizes.size());
  } else {
    Design const design(point);
    double ranks_of_groups = 0;
    for (std::int64_t g = 0; g < design.groups(); ++g)
      ranks_of_groups += static_cast<double>(design.group_rank(g));
    cost.bytes_per_rank += 3 * 8 * ranks_of_groups * size.columns;
  }
  return cost;
}

}  // namespace

study::Cost stage_cost(std::size_t stage, Parameters const& point, int ranks) {
  auto cost = data_cost(point, ranks);
  if (stage == 0) return cost;
  auto const data = cost.bytes_per_rank;
  cost = method_of(point).cost(point, ranks);
  auto const reading = reading_cost(point, ranks);
  cost.bytes_per_rank += data + reading.bytes_per_rank;
  cost.flops += reading.flops;
  return cost;
}

}  // namespace thresher::group_matrix
