#include "../trials.hpp"
#include "experiments/hawkes_network/estimators/pair_integrals.hpp"
#include "experiments/hawkes_network/estimators/recovery.hpp"
#include "experiments/hawkes_network/estimators/row_fit.hpp"
#include "experiments/hawkes_network/estimators/stages.hpp"
#include "experiments/hawkes_network/model/setting.hpp"
#include "streams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thresher::hawkes_network {
namespace {

class Methods : public ::testing::Test {
 protected:
  struct Run {
    std::unique_ptr<TrialData> data;
    std::unique_ptr<ScreenedData> screened;
    std::unique_ptr<FittedNetwork> fitted;
    Fit const& fit() const { return fitted->fit; }
  };
  Run run(Parameters const& point, std::int64_t trial) {
    team_.begin_trial({"methods\n", trial});
    Run result;
    result.data = std::make_unique<TrialData>(std::span(&point, 1), team_);
    result.screened = std::make_unique<ScreenedData>(*result.data, std::span(&point, 1), team_);
    result.fitted = std::make_unique<FittedNetwork>(*result.screened, point, team_);
    return result;
  }
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team team_{self_};
};

Parameters small(Estimator method) {
  Parameters point;
  point.d = 10;
  point.t_obs = 800;
  point.method = method;
  return point;
}

TEST_F(Methods, OlsIsTheRegressionOnEverything) {
  auto const point = small(Estimator::ols);
  auto const ols = run(point, 1);
  std::vector<std::vector<std::int32_t>> const all(10, all_nodes(10));
  auto const rows = fit_rows({0, 10}, row_regressions(ols.screened->observation, all, 1, team_), {1, 1});
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(ols.fit().baselines[i], rows.baselines[i], 1e-9);
    EXPECT_NEAR(ols.fit().self_weights[i], rows.self_weights[i], 1e-9);
    ASSERT_EQ(ols.fit().pairs[i].size(), 9U);
    for (std::size_t k = 0; k < 9; ++k) {
      EXPECT_EQ(ols.fit().pairs[i][k].source, rows.pairs[i][k].source);
      EXPECT_NEAR(ols.fit().pairs[i][k].weight, rows.pairs[i][k].weight, 1e-9);
      EXPECT_NEAR(ols.fit().pairs[i][k].score, rows.pairs[i][k].score, 1e-7);
      EXPECT_NEAR(ols.fit().pairs[i][k].error, rows.pairs[i][k].error, 1e-9);
    }
    std::vector<std::int32_t> some{static_cast<std::int32_t>(i), 3, 7};
    std::ranges::sort(some);
    some.erase(std::unique(some.begin(), some.end()), some.end());
    auto const a = (*ols.fit().refit)(i, some);
    auto const b = (*rows.refit)(i, some);
    for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-9);
  }
}

TEST_F(Methods, LassoShrinksToOlsAndToNothing) {
  auto point = small(Estimator::lasso);
  point.lasso_tol = 1e-12;
  point.lasso_gamma = 1e-14;
  auto const free = run(point, 1);
  auto const ols = run(small(Estimator::ols), 1);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(free.fit().baselines[i], ols.fit().baselines[i], 1e-5);
    for (std::size_t k = 0; k < 9; ++k)
      EXPECT_NEAR(free.fit().pairs[i][k].weight, ols.fit().pairs[i][k].weight, 1e-5);
  }
  point.lasso_gamma = 1e4;
  auto const nothing = run(point, 1);
  for (auto const& pairs : nothing.fit().pairs)
    for (auto const& pair : pairs) EXPECT_EQ(pair.weight, 0);
  point.lasso_max_iter = 2;
  point.lasso_gamma = 0.1;
  EXPECT_FALSE(run(point, 1).fit().converged);
}

TEST_F(Methods, LassoMeetsItsOptimalityConditions) {
  auto point = small(Estimator::lasso);
  point.lasso_tol = 1e-8;
  auto const lasso = run(point, 2);
  auto const& observation = lasso.screened->observation;
  auto const integrals = pair_integrals(observation, 1, team_);
  double const horizon = point.t_obs;
  double largest_moment = 0;
  double violation = 0;
  int active = 0;
  auto const nodes = static_cast<std::size_t>(point.d);
  for (std::size_t i = 0; i < nodes; ++i) {
    std::vector<double> weights(nodes, 0.0);
    weights[i] = lasso.fit().self_weights[i];
    for (auto const& pair : lasso.fit().pairs[i])
      weights[static_cast<std::size_t>(pair.source)] = pair.weight;
    for (std::size_t j = 0; j < nodes; ++j) {
      double const mean_j = integrals.means[j] / horizon;
      double const events_i = integrals.own_counts[i];
      double const h =
          integrals.at_events(static_cast<std::int64_t>(j), static_cast<std::int64_t>(i)) / horizon -
          events_i / horizon * mean_j;
      largest_moment = std::max(largest_moment, std::abs(h));
      double slope = -h;
      for (std::size_t k = 0; k < nodes; ++k)
        slope += weights[k] *
                 (integrals.products(static_cast<std::int64_t>(j), static_cast<std::int64_t>(k)) / horizon -
                  mean_j * integrals.means[k] / horizon);
      // The penalty by its definition, event by event.
      double squares = 0;
      double most = 0;
      for (double const t : observation.of(static_cast<std::int64_t>(i))) {
        double z = 0;
        for (double const s : observation.of(static_cast<std::int64_t>(j)))
          if (s < t) z += std::exp(s - t);
        squares += (z - mean_j) * (z - mean_j);
        most = std::max(most, std::abs(z - mean_j));
      }
      double const price = point.lasso_gamma * std::log(10.0);
      double const penalty = i == j ? 0 : (std::sqrt(2 * price * squares) + price * most / 3) / horizon;
      if (weights[j] != 0) {
        violation = std::max(violation, std::abs(slope + std::copysign(penalty, weights[j])));
        active += i != j ? 1 : 0;
      } else {
        violation = std::max(violation, std::abs(slope) - penalty);
      }
    }
  }
  EXPECT_LE(violation, 1.01e-8 * largest_moment);
  EXPECT_GT(active, 5);
}

TEST_F(Methods, MapParentIsTheLikelihood) {
  Parameters point;
  point.d = 9;
  point.s = 1;
  point.graph = Graph::bipartite;
  point.t_obs = 60;
  point.alpha = 0.6;
  point.method = Estimator::map_parent;
  auto const found = run(point, 4);
  auto const& observation = found.screened->observation;
  for (std::size_t i = 0; i < 9; ++i) {
    auto const& pairs = found.fit().pairs[i];
    ASSERT_EQ(pairs.size(), i < 4 ? 0U : 4U);
    if (i < 4) continue;
    std::vector<double> scores;
    for (std::int64_t j = 0; j < 4; ++j) {
      double score = 0;
      for (double const t : observation.of(static_cast<std::int64_t>(i))) {
        double z = 0;
        for (double const s : observation.of(j))
          if (s < t) z += std::exp(s - t);
        score += std::log(point.mu + point.alpha * z);
      }
      for (double const s : observation.of(j)) score -= point.alpha * (1 - std::exp(s - point.t_obs));
      scores.push_back(score);
    }
    for (std::size_t j = 1; j < 4; ++j)
      EXPECT_NEAR(pairs[j].score - pairs[0].score, scores[j] - scores[0], 1e-9);
    double total = 0;
    for (auto const& pair : pairs) total += std::exp(pair.score);
    EXPECT_NEAR(total, 1, 1e-12);
  }
}

TEST_F(Methods, ScreenAloneWeighsItsCovariances) {
  auto point = small(Estimator::screen);
  point.clip = 255;
  auto const found = run(point, 3);
  auto const& observation = found.screened->observation;
  auto const bins = bins_of(point);
  auto const n = static_cast<std::size_t>(bins.count);
  std::vector<std::vector<double>> counts(10, std::vector<double>(n, 0.0));
  for (std::int64_t i = 0; i < 10; ++i)
    for (double const t : observation.of(i))
      if (t < bins.width * static_cast<double>(n))
        counts[static_cast<std::size_t>(i)][static_cast<std::size_t>(t / bins.width)] += 1;
  auto const mean = [&](std::size_t i) {
    return std::accumulate(counts[i].begin(), counts[i].end(), 0.0) / static_cast<double>(n);
  };
  std::size_t const i = 2;
  std::size_t const j = 5;
  double covariance = 0;
  double squares = 0;
  for (std::size_t lag = 1; lag <= 4; ++lag) {
    double sum = 0;
    for (std::size_t k = lag; k < n; ++k) sum += counts[i][k] * counts[j][k - lag];
    double const weight = std::exp(-0.5 * static_cast<double>(lag - 1));
    covariance += weight * (sum / static_cast<double>(n - lag) - mean(i) * mean(j));
    squares += weight * weight;
  }
  double const rate = static_cast<double>(observation.count(5)) / point.t_obs;
  double const response = std::pow(1 - std::exp(-0.5), 2) / 0.5;
  auto const& pairs = found.fit().pairs[i];
  auto const pair = std::ranges::find(pairs, 5, &ScoredPair::source);
  EXPECT_NEAR(pair->weight, covariance / (rate * 0.5 * response * squares), 1e-10);
}

TEST_F(Methods, ScoresAreCalibrated) {
  // Rows with all true parents and eight other nodes, which no screening has chosen.
  Parameters point;
  point.d = 48;
  point.c_time = 450;
  double nulls = 0, sum = 0, squares = 0, edges = 0, weight = 0, weight_squares = 0, error = 0;
  for (int trial = 0; trial < 15; ++trial) {
    team_.begin_trial({"calibration\n", trial});
    TrialData const data(std::span(&point, 1), team_);
    Observation const observation(self_, data.streams, horizon(point));
    std::vector<std::vector<std::int32_t>> features;
    for (std::int32_t i = 0; i < 48; ++i) {
      auto const parents = data.truth->parents(i);
      std::vector<std::int32_t> row(parents.begin(), parents.end());
      for (std::int32_t k = 0; k <= 8; ++k) row.push_back((i + 5 * k) % 48);
      std::ranges::sort(row);
      row.erase(std::unique(row.begin(), row.end()), row.end());
      features.push_back(row);
    }
    auto const fit = fit_rows({0, 48}, row_regressions(observation, features, 1, team_), {1, 1});
    for (std::int64_t i = 0; i < 48; ++i)
      for (auto const& pair : fit.pairs[static_cast<std::size_t>(i)]) {
        if (std::ranges::binary_search(data.truth->parents(i), pair.source)) {
          ++edges;
          weight += pair.weight;
          weight_squares += pair.weight * pair.weight;
          error += pair.error;
        } else {
          ++nulls;
          sum += pair.score;
          squares += pair.score * pair.score;
        }
      }
  }
  EXPECT_NEAR(sum / nulls, 0, 0.1);
  EXPECT_NEAR(std::sqrt(squares / nulls - sum * sum / nulls / nulls), 1, 0.1);
  EXPECT_NEAR(weight / edges / 0.3, 1, 0.02);
  EXPECT_NEAR(std::sqrt(weight_squares / edges - weight * weight / edges / edges) / (error / edges), 1, 0.05);
}

TEST_F(Methods, BenjaminiHochbergTakesTheLargestAcceptedRank) {
  // p-values 0.001, 0.02, 0.03, 0.5 of 5 tests at level 0.1: bounds 0.02, 0.04, 0.06, 0.08.
  std::vector<double> const scores{1.8808, 0, 3.0903, 2.0538};
  EXPECT_EQ(benjamini_hochberg_score(self_, scores, 0.1, 5), 1.8808);
  EXPECT_EQ(benjamini_hochberg_score(self_, scores, 0.04, 5), 3.0903);
  EXPECT_EQ(benjamini_hochberg_score(self_, scores, 0.001, 5), std::numeric_limits<double>::infinity());
  EXPECT_EQ(benjamini_hochberg_score(self_, {}, 0.1, 5), std::numeric_limits<double>::infinity());
}

TEST_F(Methods, RecoveryCountsPairs) {
  auto const streams = testing::streams_of({{1}, {2}, {3}, {4}});
  Observation const observation(self_, streams, 5);
  auto const truth = network_of(4, {{0, 1, 0.3}, {0, 2, 0.4}, {3, 1, 0.5}});
  Fit fit;
  fit.screened = true;
  fit.pairs = {{{1, 5.0, 0.2}, {3, 4.0, 0.1}}, {{0, 3.0, 0.6}}, {}, {{1, 2.0, 0.5}, {2, 2.5, 0.1}}};
  fit.baselines = fit.self_weights = {0, 0, 0, 0};
  Estimate estimate{
      {{fit.pairs[0][0]}, {fit.pairs[1][0]}, {}, {fit.pairs[3][0]}}, {1, 1, 1, 1}, {0, 0, 0, 0}};
  Metrics metrics;
  measure_recovery(truth, observation, fit, estimate, metrics);
  EXPECT_EQ(metrics.exact_recovery, 0);
  EXPECT_EQ(metrics.hamming, 2);
  EXPECT_EQ(metrics.rows_wrong, 0.5);
  EXPECT_DOUBLE_EQ(metrics.tpr, 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.fdr, 1.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.fpr, 1.0 / 9);
  EXPECT_DOUBLE_EQ(metrics.f1, 4.0 / 6);
  EXPECT_EQ(metrics.any_fp, 1);
  EXPECT_EQ(metrics.sure_screening, 0);
  EXPECT_EQ(metrics.separable, 0);
  EXPECT_EQ(metrics.candidates_mean, 1.25);
  EXPECT_EQ(metrics.best_hamming, 2);  // the first pair alone
  EXPECT_NEAR(metrics.adj_l2, std::sqrt(0.01 + 0.16 + 0.36), 1e-15);
  EXPECT_NEAR(metrics.adj_rel, metrics.adj_l2 / std::sqrt(0.09 + 0.16 + 0.25), 1e-15);
  EXPECT_NEAR(metrics.adj_max, 0.6, 1e-15);
  EXPECT_NEAR(baseline_error(std::vector<double>{1, 1, 2, 1}, observation, estimate), 0.5, 1e-15);

  fit.screened = false;
  fit.pairs = {{{1, 5.0, 0.2}, {2, 4.5, 0.1}}, {{0, 3.0, 0.6}}, {}, {{1, 4.0, 0.5}, {2, 2.5, 0.1}}};
  measure_recovery(truth, observation, fit, estimate, metrics);
  EXPECT_EQ(metrics.separable, 1);
  EXPECT_EQ(metrics.best_hamming, 0);
  EXPECT_EQ(metrics.candidates_mean, 3);
  EXPECT_EQ(metrics.sure_screening, 1);

  // No edge at all.
  Estimate const none{{{}, {}, {}, {}}, {1, 1, 1, 1}, {0, 0, 0, 0}};
  measure_recovery(network_of(4, {}), observation, fit, none, metrics);
  EXPECT_EQ(metrics.exact_recovery, 1);
  EXPECT_EQ(metrics.tpr, 0);
  EXPECT_EQ(metrics.separable, 1);
  EXPECT_TRUE(std::isnan(metrics.adj_rel));
}

}  // namespace
}  // namespace thresher::hawkes_network
