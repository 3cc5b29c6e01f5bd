#include "experiments/reward_single_index/estimators/averages.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/symmetric_eigenpairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

/// Sliced inverse regression (Li 1991): the leading left singular vector of the slices' scaled means.
class SlicedInverseRegression : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override {
    return transform_parameters_and({"n_neurons", "slices", "storage", "precision"});
  }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return transform_metrics_and({&Metrics::eig_top});
  }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    check_rows(point, verdict);
    if (point.slices > calibration_rows(point))
      verdict.refuse("slices", fmt::format("their edges are quantiles of {} labels; allowed are as many",
                                           calibration_rows(point)));
  }
  bool keeps_rows() const override { return true; }
  study::Cost cost(Parameters const& point, study::Resources const& resources) const override {
    auto const d = static_cast<double>(point.d);
    auto const slices = static_cast<double>(point.slices);
    auto cost = average_cost(point, resources);
    cost.bytes_per_rank += 8 * slices * (d + 3 * slices + 40);
    cost.flops =
        static_cast<double>(first_rows(point)) * 60 + 2 * d * slices * slices + 10 * std::pow(slices, 3);
    return cost;
  }

  Features run(FirstStageInput const& input) const override {
    auto const moments = row_moments(input);
    double square = 0;
    auto v = leading_direction(input, square);
    orient(v, mean_moment(input));
    auto features = features_along(std::move(v), input.data.theta(), input.point.n_neurons);
    measure_transform(moments, features.measured);
    features.measured.eig_top = square;
    return features;
  }

 private:
  /// One rank computes, all receive.
  static std::vector<double> leading_direction(FirstStageInput const& input, double& square) {
    auto const& comm = input.data.team().communicator();
    auto const& slices = input.pass.slices(input.point);
    auto const rows = static_cast<double>(first_rows(input.point));
    std::vector<double> v(static_cast<std::size_t>(input.point.d));
    mpi::agree(comm, [&] {
      if (comm.rank() != 0) return;
      auto scaled = slices.sums;
      for (std::int64_t h = 0; h < scaled.columns(); ++h) {
        double const count = slices.counts[static_cast<std::size_t>(h)];
        double const factor = count > 0 ? 1 / std::sqrt(rows * count) : 0;
        for (double& entry : scaled.column(h)) entry *= factor;
      }
      linalg::DenseMatrix gram(scaled.columns(), scaled.columns());
      linalg::syrk(linalg::Triangle::lower, linalg::Transpose::yes, 1, scaled.view(), 0, gram.view());
      auto const pairs = linalg::largest_eigenpairs(linalg::Triangle::lower, gram.view(), 1);
      square = std::max(pairs.values.front(), 0.0);
      linalg::gemv(linalg::Transpose::no, 1, scaled.view(), pairs.vectors.column(0), 0, v);
    });
    square = mpi::broadcast_value(comm, square);
    mpi::broadcast_vector(comm, v);
    return unit_vector(std::move(v), input);
  }
};

}  // namespace

Method const& sir_method() {
  static SlicedInverseRegression const method;
  return method;
}

}  // namespace thresher::reward_single_index
