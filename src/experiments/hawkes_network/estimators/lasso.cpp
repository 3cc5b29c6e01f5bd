#include "experiments/hawkes_network/estimators/filter_blocks.hpp"
#include "experiments/hawkes_network/estimators/method.hpp"
#include "experiments/hawkes_network/estimators/pair_integrals.hpp"
#include "prox/moment_lasso.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hawkes_network {

namespace {

/// Penalty of each coefficient, from a Bernstein inequality for martingales (Hansen, Reynaud-Bouret and
/// Rivoirard 2015). Column i belongs to own node i.
linalg::DenseMatrix penalties(Parameters const& point, Observation const& observation,
                              PairIntegrals const& integrals, study::Team& team) {
  double const decay = working_decay(point);
  auto const d = observation.nodes();
  auto const own = observation.own();
  double const horizon = observation.horizon();
  std::vector<double> means;
  for (double const mean : integrals.means) means.push_back(mean / horizon);
  linalg::DenseMatrix squares(d, own.size());
  linalg::DenseMatrix largest(d, own.size());
  FilterBlocks(observation, decay, team)({0, d}, [&](std::size_t row, std::size_t first, std::size_t count,
                                                     double factor, double const* filters) {
    double* const square = squares.column(static_cast<std::int64_t>(row)).data() + first;
    double* const most = largest.column(static_cast<std::int64_t>(row)).data() + first;
    double const* const mean = means.data() + first;
    double const scale = decay * factor;
    for (std::size_t j = 0; j < count; ++j) {
      double const deviation = std::fma(scale, filters[j], -mean[j]);
      square[j] = std::fma(deviation, deviation, square[j]);
      most[j] = std::max(most[j], std::abs(deviation));
    }
  });
  double const price = point.lasso_gamma * std::log(static_cast<double>(d));
  for (std::int64_t row = 0; row < own.size(); ++row) {
    bool const silent = integrals.own_counts[static_cast<std::size_t>(row)] == 0;
    for (std::int64_t j = 0; j < d; ++j) {
      double const most = silent ? means[static_cast<std::size_t>(j)] : largest(j, row);
      squares(j, row) = (std::sqrt(2 * price * squares(j, row)) + price * most / 3) / horizon;
    }
    squares(own.begin + row, row) = 0;
  }
  return squares;
}

/// Least squares on all sources with a penalty on the weights.
class Lasso : public Method {
 public:
  std::string name() const override { return "lasso"; }

  void check(Parameters const& point, study::Verdict& verdict) const override {
    inert_screening(verdict);
    inert_edge_rule(verdict);
    verdict.inert("refine");
    if (verdict.given("edge_rule") && point.edge_rule == EdgeRule::fdr)
      verdict.warn(
          "edge_rule = fdr has no influence with method = lasso: its network are the nonzero weights");
    if (verdict.given("refine") && point.refine == Refine::binned)
      verdict.warn("refine = binned has no influence with method = lasso");
  }

  MethodWork work(Parameters const& point, double events, double ranks) const override {
    double const d = static_cast<double>(point.d);
    double const own = std::ceil(d / ranks);
    constexpr double kIterations = 150;
    return {8 * d * d * 3 + d * own * (8 * 9 + sizeof(ScoredPair)) + 36 * events / ranks,
            8 * events * d + 2 * kIterations * d * d * d};
  }

  Fit fit(MethodInput const& input, study::Team& team) const override {
    auto const& observation = input.observation;
    auto const d = observation.nodes();
    auto const own = observation.own();
    double const horizon = observation.horizon();
    auto integrals = pair_integrals(observation, working_decay(input.point), team);
    auto const weights = penalties(input.point, observation, integrals, team);

    linalg::DenseMatrix gram(d, d);
    for (std::int64_t k = 0; k < d; ++k)
      for (std::int64_t j = 0; j < d; ++j)
        gram(j, k) = (integrals.products(j, k) - integrals.means[static_cast<std::size_t>(j)] *
                                                     integrals.means[static_cast<std::size_t>(k)] / horizon) /
                     horizon;
    linalg::DenseMatrix h(d, own.size());
    for (std::int64_t row = 0; row < own.size(); ++row)
      for (std::int64_t j = 0; j < d; ++j)
        h(j, row) =
            (integrals.at_events(j, row) - integrals.own_counts[static_cast<std::size_t>(row)] *
                                               integrals.means[static_cast<std::size_t>(j)] / horizon) /
            horizon;
    auto const solution = prox::solve(team.communicator(), {gram.view(), h.view(), weights.view()},
                                      {.tolerance = input.point.lasso_tol,
                                       .max_iterations = input.point.lasso_max_iter,
                                       .prefix = "hawkes_",
                                       .stopping = [&] { return team.stopping(); }});
    if (solution.stopped) throw study::Interrupted();

    Fit fit;
    fit.selection = Selection::nonzero_weight;
    fit.converged = solution.converged;
    for (std::int64_t row = 0; row < own.size(); ++row) {
      auto& pairs = fit.pairs.emplace_back();
      double explained = 0;
      for (std::int64_t j = 0; j < d; ++j) {
        double const weight = solution.own_coefficients(j, row);
        explained += weight * integrals.means[static_cast<std::size_t>(j)];
        if (j == own.begin + row)
          fit.self_weights.push_back(weight);
        else
          pairs.push_back({static_cast<std::int32_t>(j), std::abs(weight), weight});
      }
      fit.baselines.push_back((integrals.own_counts[static_cast<std::size_t>(row)] - explained) / horizon);
    }
    fit.refit = std::make_unique<PairRefit>(std::move(integrals));
    return fit;
  }
};

}  // namespace

Method const& lasso_method() {
  static Lasso const method;
  return method;
}

}  // namespace thresher::hawkes_network
