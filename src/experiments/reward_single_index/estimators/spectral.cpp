#include "experiments/reward_single_index/estimators/averages.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/extreme_eigenpairs.hpp"
#include "linalg/weighted_gram_operator.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

/// Products with D, counted at d = 1000 to 5000.
constexpr double kProducts = 80;
/// Krylov vectors: they cost little beside the rows. Nothing is looked at before the first of them are all
/// there, and a restart keeps most, to look again soon.
constexpr std::int64_t kBasis = 48;
constexpr double kKept = 0.75;

/// An extreme eigenvector of D = (1/n1) sum T(y_i) x_i x_i^T (Lu and Li 2020, Mondelli and Montanari 2019),
/// by SLEPc on products that never form D.
class Spectral : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override {
    return transform_parameters_and({"n_neurons", "spectral_end", "eig_tol", "storage", "precision"});
  }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return transform_metrics_and({&Metrics::eig_top, &Metrics::eig_gap});
  }
  void check(Parameters const& point, study::Verdict& verdict) const override { check_rows(point, verdict); }
  bool keeps_rows() const override { return true; }
  study::Cost cost(Parameters const& point, study::Resources const& resources) const override {
    auto const rows = static_cast<double>(first_rows(point));
    auto const d = static_cast<double>(point.d);
    auto cost = average_cost(point, resources);
    add_passes(point, resources, kProducts, cost);
    cost.flops = kProducts * (4 * rows * d + 4 * static_cast<double>(kBasis) * d) + 60 * rows;
    auto const basis = static_cast<double>(kBasis);
    cost.bytes_per_rank += 8 * (rows / resources.ranks + (basis / resources.ranks + 8) * d + 256 * (d + 16));
    return cost;
  }

  Features run(FirstStageInput const& input) const override {
    auto const& point = input.point;
    auto& team = input.data.team();
    auto const moments = row_moments(input);
    auto const& labels = input.data.own_labels(point);
    auto const& transform = input.pass.moment(point).transform;
    std::vector<double> weights;
    for (double const y : labels.y) weights.push_back(transform(y) / static_cast<double>(first_rows(point)));
    using Entries = linalg::WeightedGramOperator::Entries;
    linalg::WeightedGramOperator op(
        input.data.team_inputs(point), weights, 0,
        point.precision == Precision::single ? Entries::floats : Entries::doubles);
    op.call_before_pass([&team] {
      if (team.stopping()) throw study::Interrupted();
    });
    auto const best = find_end(point, op, team);
    std::vector<double> v(static_cast<std::size_t>(point.d));
    linalg::gather_rows(op.layout(), best.own_vectors.columns_from(0, 1), {v.data(), point.d, 1});
    v = unit_vector(std::move(v), input);
    orient(v, mean_moment(input));
    auto features = features_along(std::move(v), input.data.theta(), point.n_neurons);
    measure_transform(moments, features.measured);
    features.eigenvalues = best.values;
    features.measured.eig_top = best.values.front();
    features.measured.eig_gap = gap(best);
    return features;
  }

 private:
  static bool has_one_end(Parameters const& point) {
    return point.spectral_end != SpectralEnd::automatic || point.transform == Transform::optimal;
  }
  static double gap(linalg::ExtremeEigenpairs const& pairs) {
    return pairs.values.size() > 1 ? std::abs(pairs.values[0] - pairs.values[1]) : 0;
  }
  /// The pairs at the end that is asked for, else at the one with the larger gap.
  static linalg::ExtremeEigenpairs find_end(Parameters const& point, linalg::PanelOperator const& op,
                                            study::Team& team) {
    auto const own = op.layout().owned();
    std::vector<double> start(static_cast<std::size_t>(own.size()));
    team.stream("krylov_start").normals({}, static_cast<std::uint64_t>(own.begin), start);
    // Of the second value the gap alone is wanted.
    linalg::ExtremeOptions options{.count = 2,
                                   .basis_size = kBasis,
                                   .kept = kKept,
                                   .tolerance = point.eig_tol,
                                   .vectors = 1,
                                   .prefix = "spectral_"};
    if (has_one_end(point)) {
      bool const smallest = point.spectral_end == SpectralEnd::smallest;
      options.extreme = smallest ? linalg::Extreme::smallest : linalg::Extreme::largest;
      return linalg::extreme_eigenpairs(op, start, options);
    }
    return linalg::wider_gap_end(op, start, options);
  }
};

}  // namespace

Method const& spectral_method() {
  static Spectral const method;
  return method;
}

}  // namespace thresher::reward_single_index
