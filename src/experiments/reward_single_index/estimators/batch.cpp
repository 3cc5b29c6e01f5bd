#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/solvers/full_batch.hpp"

#include <algorithm>

namespace thresher::reward_single_index {

namespace {

/// Spherical gradient descent on the same rows again and again.
class Batch : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override {
    return transform_parameters_and({"n_neurons", "activation1", "bias1", "init_overlap", "batch_iters",
                                     "lr_batch", "storage", "precision"});
  }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return transform_metrics_and({});
  }
  void check(Parameters const& point, study::Verdict& verdict) const override { check_rows(point, verdict); }
  bool keeps_rows() const override { return true; }

  study::Cost cost(Parameters const& point, study::Resources const& resources) const override {
    auto const rows = static_cast<double>(first_rows(point));
    auto const d = static_cast<double>(point.d);
    auto const neurons = static_cast<double>(point.n_neurons);
    auto const iterations = static_cast<double>(point.batch_iters);
    study::Cost cost;
    add_passes(point, resources, iterations + 1, cost);
    if (settled_storage(point, resources) != linalg::RowStorage::implicit) cost.normals += rows * d;
    cost.flops = rows * (2 * d + iterations * (4 * d * neurons + 30 * neurons)) + 2 * d * neurons * neurons;
    double const blocks =
        resources.ranks == 1 ? 2 : 2.0 + 2.0 * RowBlocks::block_count(point) / resources.ranks;
    cost.bytes_per_rank = kept_bytes(point, resources) + 8 * d * (neurons + 8) * (5 + blocks) +
                          8 * (4 * rows / resources.ranks + 2 * d + 256 * (2 * d + neurons + 8)) +
                          8 * 6 * (neurons + 1) * (neurons + 1);
    if (settled_storage(point, resources) != linalg::RowStorage::implicit) cost.remedy = "storage = stream";
    return cost;
  }

  Features run(FirstStageInput const& input) const override {
    auto const& point = input.point;
    auto& team = input.data.team();
    auto const transform =
        LabelTransform::calibrated(point, input.data.link(), input.data.training_labels(point));
    RowBlocks const rows(point, input.data);
    TransformMoments moments;
    rows.sum(
        [&](RowBlocks::Block const& block, std::span<double> sums) {
          auto const own = TransformMoments::of(transform, block.labels.z, block.labels.y);
          std::ranges::copy(own.sums, sums.begin());
        },
        moments.sums);
    // Every rank holds the layer whole, in the blocks of coordinates that all teams use.
    auto const self = mpi::Communicator::self();
    SpreadWeights weights(point, input.data, self);
    auto whole = weights.own_weights();
    study::KeptWork work(team, length_of(point, *this, team), "full batch");
    full_batch_descent(point, rows, transform, first_biases(point, team), whole, work);
    weights.set_own_weights(whole.view());
    auto features = spread_features(weights);
    auto const& comm = team.communicator();
    features.own_columns = mpi::share(point.d, comm.rank(), comm.size());
    linalg::DenseMatrix own(features.own_columns.size(), point.n_neurons);
    for (std::int64_t j = 0; j < own.columns(); ++j)
      std::copy_n(whole.column(j).begin() + features.own_columns.begin, own.rows(), own.column(j).begin());
    features.own_weights = std::move(own);
    measure_transform(moments, features.measured);
    return features;
  }
};

}  // namespace

Method const& batch_method() {
  static Batch const method;
  return method;
}

}  // namespace thresher::reward_single_index
