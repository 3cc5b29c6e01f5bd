#include "experiments/implicit_regularization/data/trial_data.hpp"

#include "experiments/implicit_regularization/data/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "mpi/fixed_order_sum.hpp"
#include "numerics/stable_functions.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::implicit_regularization {

Rows Sample::rows() const {
  return {count_, held_, drawn_.columns() > 0 ? drawn_.view() : shared_, y_, numbers_};
}

bool spreads_rows(Parameters const& point) {
  return point.input == nullptr && point.model == Model::linear && point.resample == Resample::fresh &&
         !takes_batches(point) && point.modification != Modification::minibatch;
}

TrialData::TrialData(std::span<Parameters const> points, study::Team& team) : point_(points.front()) {
  auto const& comm = team.communicator();
  count_ = point_.input != nullptr ? point_.input->rows : point_.n;
  held_ = {0, count_};
  if (std::ranges::all_of(points, spreads_rows))
    held_ = mpi::FixedOrderSum(comm, count_, row_blocks(count_)).owned();
  if (point_.input != nullptr) {
    mpi::agree(comm, [&] { read_own_rows(*team.input(), *point_.input, design_, own_labels_); });
    return;
  }
  design_ = linalg::DenseMatrix(point_.d, held_.size());
  random::fill_normals(team.stream("design"), {held_.begin, held_.end, 0, point_.d},
                       random::Layout::row_major, design_.values(), point_.d);
  if (point_.spectrum == Spectrum::isotropic) return;
  auto scales = input_variances(point_);
  for (double& scale : scales) scale = std::sqrt(scale);
  for (std::int64_t i = 0; i < design_.columns(); ++i)
    for (std::int64_t j = 0; j < point_.d; ++j) design_(j, i) *= scales[static_cast<std::size_t>(j)];
}

std::vector<double> TrialData::beta(std::int64_t replicate, study::Team const& team) const {
  if (point_.input != nullptr) return {};
  return Target(point_, team, point_.resample == Resample::bootstrap ? 0 : replicate).beta();
}

std::vector<double> TrialData::labels(std::int64_t replicate, study::Team const& team) const {
  if (point_.input != nullptr) return own_labels_;
  Target const target(point_, team, replicate);
  std::vector<double> y(static_cast<std::size_t>(held_.size()));
  random::Row const row{static_cast<std::uint64_t>(replicate)};
  auto const first = static_cast<std::uint64_t>(held_.begin);
  if (point_.loss == Loss::squared) {
    if (point_.noise_sd > 0) team.stream("noise").normals(row, first, y);
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] = target.at(design_.column(static_cast<std::int64_t>(i))) + point_.noise_sd * y[i];
  } else {
    team.stream("label").uniforms(row, first, y);
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] = y[i] < numerics::logistic(target.at(design_.column(static_cast<std::int64_t>(i)))) ? 1 : 0;
  }
  return y;
}

Sample TrialData::sample(std::int64_t replicate, study::Team const& team) const {
  bool const again = point_.input == nullptr && point_.resample == Resample::bootstrap;
  Sample sample;
  sample.count_ = count_;
  sample.held_ = held_;
  sample.shared_ = design_.view();
  sample.y_ = labels(again ? 0 : replicate, team);
  sample.numbers_.resize(sample.y_.size());
  std::iota(sample.numbers_.begin(), sample.numbers_.end(), held_.begin);
  if (!again) return sample;

  std::vector<double> draws(sample.y_.size());
  team.stream("bootstrap").uniforms({static_cast<std::uint64_t>(replicate)}, 0, draws);
  auto const labels = sample.y_;
  sample.drawn_ = linalg::DenseMatrix(design_.rows(), count_);
  for (std::int64_t i = 0; i < count_; ++i) {
    auto const at = static_cast<std::size_t>(i);
    auto const row = static_cast<std::int64_t>(draws[at] * static_cast<double>(count_));
    sample.numbers_[at] = row;
    sample.y_[at] = labels[static_cast<std::size_t>(row)];
    std::ranges::copy(design_.column(row), sample.drawn_.column(i).begin());
  }
  return sample;
}

}  // namespace thresher::implicit_regularization
