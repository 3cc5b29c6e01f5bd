#include "experiments/mixed_quality_lasso/solvers/weighted_design.hpp"
#include "experiments/mixed_quality_lasso/theory/lambda.hpp"
#include "linalg/column_products.hpp"
#include "prox/dense_design.hpp"
#include "prox/working_set.hpp"
#include "trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::fixed_lambda;
using testing::Trials;

class LassoTrials : public ::testing::Test {
 protected:
  mpi::Communicator comm = mpi::Communicator::self();
  Trials trials{comm};
};

Parameters small_point(Weighting weighting) {
  auto point = fixed_lambda(Estimator::lasso, weighting, 0.43);
  point.p = 128;
  point.s = 4;
  point.n1 = 25;
  point.n2 = 20;
  point.sigma1 = 0.1;
  point.sigma2 = 0.6;
  return point;
}

// The witness decides recovery: with the real off-support columns its event is that of the LASSO, in every
// trial.
TEST_F(LassoTrials, WitnessDecidesRecovery) {
  int recovered = 0;
  int missed = 0;
  for (auto const weighting :
       {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference, Weighting::hq_only})
    for (int trial = 0; trial < 40; ++trial) {
      auto const point = small_point(weighting);
      auto const data = trials.data(point, trial);
      auto const lasso = trials.measure(*data, point);
      ASSERT_EQ(trials.outcome, study::Outcome::ok);
      auto witness_point = point;
      witness_point.estimator = Estimator::pdw;
      auto const witness = trials.measure(*data, witness_point);
      EXPECT_EQ(lasso.pdw_v, witness.pdw_v);
      EXPECT_EQ(lasso.cond_success_prob, witness.cond_success_prob);

      // u of the witness is (y - X betahat)/(n lambda) of the LASSO on the support alone.
      auto const setting = realise(point);
      auto const tuning = tuning_at(point);
      WeightedDesign const design(data->data_set(), setting.n1, setting.n2, tuning.weights, Storage::dense);
      auto const b = design.scaled(data->data_set().response(setting, point.rho));
      std::vector<double> support_columns(static_cast<std::size_t>(45 * point.s));
      design.whole_columns(data->data_set().support(), {support_columns.data(), 45, point.s});
      prox::DenseDesign const restricted(comm, 45, point.s, support_columns);
      auto const fit = prox::WorkingSet(restricted, b, {}).solve(tuning.lambda);
      std::vector<std::int64_t> all(128);
      std::iota(all.begin(), all.end(), 0);
      std::vector<double> duals(128);
      design.correlate(all, {fit.residual.data(), 45, 1}, {duals.data(), 128, 1});
      double largest = 0;
      for (auto const j : all)
        if (!std::binary_search(data->data_set().support().begin(), data->data_set().support().end(), j))
          largest = std::max(largest, std::abs(duals[static_cast<std::size_t>(j)]) / (45 * tuning.lambda));
      bool const event = witness.pdw_sign_ok == 1 && largest < 1;
      EXPECT_EQ(lasso.sign_recovery, event ? 1 : 0) << "trial " << trial;
      event ? ++recovered : ++missed;
    }
  EXPECT_GT(recovered, 20);
  EXPECT_GT(missed, 20);
}

TEST_F(LassoTrials, DualsReachOneExactlyWhereThereAreFalsePositives) {
  int with = 0;
  for (int trial = 0; trial < 30; ++trial) {
    auto const metrics = trials.run(small_point(Weighting::agnostic), trial);
    if (metrics.n_false_pos > 0) {
      EXPECT_NEAR(metrics.dual_max, 1, 1e-9);
      ++with;
    } else {
      EXPECT_LT(metrics.dual_max, 1);
    }
    EXPECT_LE(metrics.duality_gap, 1e-9);
    EXPECT_GE(metrics.duality_gap, -1e-14);
  }
  EXPECT_GT(with, 3);
}

void expect_same_estimate(Metrics const& a, Metrics const& b, double tolerance) {
  for (auto const metric : {&Metrics::sign_recovery, &Metrics::exact_support, &Metrics::partial_recovery,
                            &Metrics::n_false_pos, &Metrics::n_false_neg, &Metrics::overlap, &Metrics::fdp})
    EXPECT_EQ(a.*metric, b.*metric);
  EXPECT_NEAR(a.mse, b.mse, tolerance);
  EXPECT_NEAR(a.linf_error, b.linf_error, tolerance);
  if (!std::isnan(a.dual_max) && !std::isnan(b.dual_max)) {
    EXPECT_NEAR(a.dual_max, b.dual_max, tolerance);
  }
}

TEST_F(LassoTrials, SolversAndStoragesAgree) {
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance, Weighting::residual}) {
    auto point = fixed_lambda(Estimator::lasso, weighting, 0.25);
    point.p = 400;
    point.s = 10;
    point.n1 = 60;
    point.n2 = 60;
    for (int trial = 0; trial < 4; ++trial) {
      auto const expected = trials.run(point, trial);
      auto by_fista = point;
      by_fista.solver = Solver::fista;
      expect_same_estimate(trials.run(by_fista, trial), expected, 1e-8);
      auto regenerated = point;
      regenerated.storage = Storage::regenerate;
      auto const again = trials.run(regenerated, trial);
      EXPECT_EQ(again.mse, expected.mse);  // the same numbers in the same order
      EXPECT_EQ(again.dual_max, expected.dual_max);
    }
  }
}

// Regenerated columns are made once for all weightings; no point notices.
TEST_F(LassoTrials, PointsFittedTogetherHaveTheBitsOfAPointAlone) {
  std::vector<Parameters> points;
  for (auto const weighting :
       {Weighting::agnostic, Weighting::residual, Weighting::inverse_variance, Weighting::hq_only})
    for (double const scale : {0.15, 0.4}) {
      auto point = fixed_lambda(Estimator::lasso, weighting, scale);
      point.storage = Storage::regenerate;
      point.p = 300;
      point.s = 8;
      point.n1 = weighting == Weighting::hq_only ? 50 : 60;  // nested
      point.n2 = 40;
      points.push_back(point);
    }
  auto const shared = trials.data(points, 0);
  for (auto const& point : points) {
    auto const together = trials.measure(*shared, point);
    auto const alone = trials.run(point, 0);
    EXPECT_EQ(together.mse, alone.mse);
    EXPECT_EQ(together.dual_max, alone.dual_max);
    EXPECT_EQ(together.full_passes, alone.full_passes);
    EXPECT_EQ(together.duality_gap, alone.duality_gap);
  }
}

TEST_F(LassoTrials, DroppingRowsIsZeroWeight) {
  auto dropped = fixed_lambda(Estimator::lasso, Weighting::hq_only, 0.3);
  dropped.p = 200;
  dropped.s = 5;
  dropped.n1 = 60;
  dropped.n2 = 40;
  auto without = dropped;
  without.weighting = Weighting::agnostic;
  without.n2 = 0;
  for (int trial = 0; trial < 5; ++trial) {
    auto const a = trials.run(dropped, trial);
    auto const b = trials.run(without, trial);
    expect_same_estimate(a, b, 1e-11);
    EXPECT_NEAR(a.pdw_v, b.pdw_v, 1e-12);
  }
}

TEST_F(LassoTrials, DimensionlessMetricsDoNotScale) {
  for (auto const estimator : {Estimator::lasso, Estimator::lasso_path, Estimator::amp, Estimator::omp,
                               Estimator::max_corr, Estimator::ml_swap}) {
    Parameters point{.p = 200, .s = 5, .estimator = estimator, .weighting = Weighting::interference};
    auto scaled = point;
    scaled.rho *= 8;
    scaled.sigma1 *= 8;
    scaled.sigma2 *= 8;
    for (int trial = 0; trial < 3; ++trial)
      expect_same_estimate(trials.run(point, trial), trials.run(scaled, trial), 1e-9);
  }
}

// Agnostic estimates depend on (X, z) through Gram quantities: a rotation of the rows changes nothing.
TEST_F(LassoTrials, RotationsChangeNothing) {
  auto point = fixed_lambda(Estimator::lasso, Weighting::agnostic, 0.3);
  point.p = 100;
  point.s = 5;
  point.n1 = 20;
  point.n2 = 20;
  auto const data = trials.data(point, 0);
  auto const setting = realise(point);
  std::array const ones{1.0, 1.0};
  WeightedDesign const design(data->data_set(), 20, 20, ones, Storage::dense);
  auto y = data->data_set().response(setting, 1);
  std::vector<std::int64_t> all(100);
  std::iota(all.begin(), all.end(), 0);
  std::vector<double> x(4000);
  design.whole_columns(all, {x.data(), 40, 100});
  auto const straight = prox::WorkingSet(design, y, {}).solve(0.3);

  // Orthogonal factor of a random matrix.
  std::vector<double> rotation(1600);
  std::vector<double> tau(40);
  random::fill_normals(trials.team().stream("ROTATION"), {0, 40, 0, 40}, random::Layout::column_major,
                       std::span(rotation), 40);
  linalg::geqrf({rotation.data(), 40, 40}, tau);
  linalg::orgqr({rotation.data(), 40, 40}, tau);
  linalg::ConstMatrixView const o(rotation.data(), 40, 40);
  std::vector<double> rotated(4000);
  std::vector<double> rotated_y(40);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, o, linalg::ConstMatrixView(x.data(), 40, 100),
               0, linalg::MatrixView(rotated.data(), 40, 100));
  linalg::gemv(linalg::Transpose::no, 1, o, y, 0, rotated_y);
  prox::DenseDesign const turned(comm, 40, 100, rotated);
  auto const solution = prox::WorkingSet(turned, rotated_y, {}).solve(0.3);
  ASSERT_EQ(solution.coefficients.indices, straight.coefficients.indices);
  for (std::size_t k = 0; k < straight.coefficients.values.size(); ++k)
    EXPECT_NEAR(solution.coefficients.values[k], straight.coefficients.values[k], 1e-9);
}

TEST_F(LassoTrials, EqualNoiseMakesAllWeightsOne) {
  for (int trial = 0; trial < 3; ++trial) {
    Parameters point;
    point.sigma2 = point.sigma1;
    auto const agnostic = trials.run(point, trial);
    for (auto const weighting : {Weighting::inverse_variance, Weighting::interference}) {
      point.weighting = weighting;
      expect_same_estimate(trials.run(point, trial), agnostic, 1e-12);
    }
  }
}

TEST_F(LassoTrials, SmallestProblemsRun) {
  Parameters point{.p = 2, .s = 1, .n1 = 5, .n2 = 3};
  for (auto const estimator : testing::kEstimators) {
    point.estimator = estimator;
    EXPECT_NO_THROW(trials.run(point, 0));
  }
}

TEST_F(LassoTrials, SingularWitnessNeverSucceeds) {
  Parameters point{.p = 100, .s = 20, .n1 = 10, .n2 = 5, .estimator = Estimator::pdw};
  auto const metrics = trials.run(point, 0);
  EXPECT_EQ(metrics.pdw_sign_ok, 0);
  EXPECT_EQ(metrics.cond_success_prob, 0);
  EXPECT_TRUE(std::isinf(metrics.pdw_v));
}

TEST_F(LassoTrials, ResidualWeightsComeFromTheFirstFit) {
  auto point = fixed_lambda(Estimator::lasso, Weighting::residual, 0.3);
  point.p = 300;
  point.s = 5;
  point.sigma1 = 0.2;
  point.sigma2 = 2;
  auto const metrics = trials.run(point, 0);
  auto const data = trials.data(point, 0);
  std::array const ones{1.0, 1.0};
  WeightedDesign const design(data->data_set(), 100, 100, ones, Storage::dense);
  auto const first = prox::WorkingSet(design, data->data_set().response(realise(point), 1), {}).solve(0.3);
  double high = 0;
  double low = 0;
  for (std::size_t i = 0; i < 100; ++i) high += first.residual[i] * first.residual[i];
  for (std::size_t i = 100; i < 200; ++i) low += first.residual[i] * first.residual[i];
  EXPECT_NEAR(metrics.weight_ratio, low / high, 1e-10);
  EXPECT_GT(metrics.weight_ratio, 3);
  std::array const weights{2 * low / (low + high), 2 * high / (low + high)};
  WeightedDesign const refit(data->data_set(), 100, 100, weights, Storage::dense);
  auto const b = refit.scaled(data->data_set().response(realise(point), 1));
  auto const second = prox::WorkingSet(refit, b, {}).solve(0.3);
  double error = 0;
  for (std::size_t k = 0, j = 0; k < second.coefficients.indices.size(); ++k) {
    while (j < 5 && data->data_set().support()[j] < second.coefficients.indices[k]) ++j, error += 1;
    bool const active = j < 5 && data->data_set().support()[j] == second.coefficients.indices[k];
    double const miss = second.coefficients.values[k] - (active ? 1 : 0);
    error += miss * miss;
    if (active) ++j;
  }
  EXPECT_NEAR(metrics.mse, error / 5, 1e-9);
}

TEST_F(LassoTrials, TooFewSweepsAreReported) {
  Parameters point{.lambda_scale = 0.05, .max_iter = 1};
  trials.run(point, 0);
  EXPECT_EQ(trials.outcome, study::Outcome::not_converged);
}

TEST_F(LassoTrials, PathFindsTheBestPoint) {
  Parameters point{.p = 200, .s = 5, .n1 = 50, .n2 = 50, .estimator = Estimator::lasso_path};
  for (int trial = 0; trial < 5; ++trial) {
    auto const data = trials.data(point, trial);
    auto const path = trials.measure(*data, point);
    EXPECT_EQ(path.path_hits > 0, path.sign_recovery == 1);
    // A single fit at the reported lambda is the reported estimate.
    auto single = fixed_lambda(Estimator::lasso, Weighting::agnostic, path.lambda_best);
    single.p = point.p;
    single.s = point.s;
    single.n1 = point.n1;
    single.n2 = point.n2;
    expect_same_estimate(trials.measure(*data, single), path, 1e-9);
    auto by_fista = point;
    by_fista.solver = Solver::fista;
    by_fista.n_lambda = 12;
    auto short_path = point;
    short_path.n_lambda = 12;
    expect_same_estimate(trials.measure(*data, by_fista), trials.measure(*data, short_path), 1e-8);
  }
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
