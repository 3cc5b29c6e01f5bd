#include "experiments/reward_single_index/estimators/averages.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_products.hpp"

#include <cmath>

namespace thresher::reward_single_index {

std::vector<double> mean_moment(FirstStageInput const& input) {
  auto const& moment = input.pass.moment(input.point);
  auto mean = moment.first_half;
  for (std::size_t k = 0; k < mean.size(); ++k)
    mean[k] = (mean[k] + moment.second_half[k]) / static_cast<double>(first_rows(input.point));
  return mean;
}

TransformMoments row_moments(FirstStageInput const& input) {
  auto const& labels = input.data.own_labels(input.point);
  auto moments = TransformMoments::of(input.pass.moment(input.point).transform, labels.z, labels.y);
  mpi::sum_in_place(input.data.team().communicator(), moments.sums);
  return moments;
}

std::vector<double> unit_vector(std::vector<double> v, FirstStageInput const& input) {
  double norm = std::sqrt(linalg::inner_product(v, v));
  if (!(norm > 0)) {
    input.data.team().stream("start").normals({}, 0, v);
    norm = std::sqrt(linalg::inner_product(v, v));
  }
  for (double& entry : v) entry /= norm;
  return v;
}

void orient(std::vector<double>& v, std::vector<double> const& moment) {
  if (linalg::inner_product(v, moment) >= 0) return;
  for (double& entry : v) entry = -entry;
}

study::Cost average_cost(Parameters const& point, study::Resources const& resources) {
  auto const rows = static_cast<double>(first_rows(point));
  auto const d = static_cast<double>(point.d);
  study::Cost cost;
  bool const kept = settled_storage(point, resources) != linalg::RowStorage::implicit;
  cost.bytes_per_rank =
      kept_bytes(point, resources) +
      8 * (2 * rows / resources.ranks + d * (8 + 2 * 8 + 6) + 256 * (d + 16) +
           2 * static_cast<double>(calibration_rows(point)) +
           static_cast<double>(point.n_neurons + 1) * static_cast<double>(point.n_neurons + 1));
  if (point.stage1 == FirstStage::sir) cost.bytes_per_rank += 8 * d * static_cast<double>(point.slices);
  if (kept) cost.remedy = "storage = stream";
  return cost;
}

}  // namespace thresher::reward_single_index
