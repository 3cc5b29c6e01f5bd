#include "../trials.hpp"
#include "experiments/mixed_quality_lasso/solvers/exhaustive_search.hpp"
#include "experiments/mixed_quality_lasso/solvers/witness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::Trials;

class Teams : public ::testing::Test {
 protected:
  mpi::Communicator world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator self = mpi::Communicator::self();
  Trials team{world};
  Trials alone{self};

  void expect_agreement(Parameters const& point, std::int64_t trial) {
    auto const together = team.run(point, trial);
    auto const single = alone.run(point, trial);
    EXPECT_EQ(together.noise_power, single.noise_power);
    for (auto const metric : {&Metrics::sign_recovery, &Metrics::exact_support, &Metrics::partial_recovery,
                              &Metrics::overlap, &Metrics::fdp, &Metrics::n_false_pos, &Metrics::n_false_neg,
                              &Metrics::pdw_sign_ok, &Metrics::path_hits, &Metrics::converged})
      if (!std::isnan(single.*metric)) {
        EXPECT_EQ(together.*metric, single.*metric);
      }
    for (auto const metric :
         {&Metrics::mse, &Metrics::linf_error, &Metrics::cond_success_prob, &Metrics::pdw_v,
          &Metrics::dual_max, &Metrics::lambda_best, &Metrics::weight_ratio, &Metrics::ml_excess})
      if (!std::isnan(single.*metric)) {
        EXPECT_NEAR(together.*metric, single.*metric, 1e-8 * std::max(1.0, std::abs(single.*metric)));
      }
  }
};

TEST_F(Teams, DataHaveTheSameBits) {
  for (auto const& [n1, n2] : {std::pair(100, 100), std::pair(3, 0), std::pair(64, 129), std::pair(0, 200)}) {
    Parameters point{.p = 200, .s = 7, .n1 = n1, .n2 = n2};
    auto const shared = team.data(point, 4);
    auto const whole = alone.data(point, 4);
    auto const setting = realise(point);
    EXPECT_EQ(shared->data_set().support(), whole->data_set().support());
    EXPECT_EQ(shared->data_set().signs(), whole->data_set().signs());
    EXPECT_EQ(shared->data_set().noise(setting), whole->data_set().noise(setting));
    EXPECT_EQ(shared->data_set().response(setting, 1), whole->data_set().response(setting, 1));
    // Products with columns do not depend on the layout either.
    std::array const weights{1.3, 0.7};
    WeightedDesign const parts(shared->data_set(), n1, n2, weights, Storage::dense);
    WeightedDesign const all(whole->data_set(), n1, n2, weights, Storage::dense);
    auto const y = whole->data_set().response(setting, 1);
    std::vector<double> products(200);
    std::vector<std::int64_t> which;
    for (std::int64_t j = 0; j < 200; ++j) which.push_back(j);
    all.correlate(which, {y.data(), setting.n(), 1}, {products.data(), 200, 1});
    auto const mine = parts.local_columns();
    std::vector<std::int64_t> const local(which.begin() + mine.begin, which.begin() + mine.end);
    std::vector<double> local_products(local.size());
    parts.correlate(local, {y.data(), setting.n(), 1}, {local_products.data(), mine.size(), 1});
    EXPECT_TRUE(std::equal(local_products.begin(), local_products.end(), products.begin() + mine.begin));
    // Panels put together are the columns.
    std::vector<std::int64_t> const some{199, 0, 101};
    std::vector<double> panel(static_cast<std::size_t>(parts.panel_rows() * 3));
    parts.gather_panel(some, {panel.data(), parts.panel_rows(), 3});
    std::vector<double> column(static_cast<std::size_t>(setting.n()));
    std::vector<double> expected(static_cast<std::size_t>(setting.n()));
    for (std::size_t k = 0; k < 3; ++k) {
      parts.assemble_rows(
          std::span<double const>(panel).subspan(k * static_cast<std::size_t>(parts.panel_rows()),
                                                 static_cast<std::size_t>(parts.panel_rows())),
          column);
      all.whole_columns(std::span(&some[k], 1), {expected.data(), setting.n(), 1});
      EXPECT_EQ(column, expected);
    }
  }
}

TEST_F(Teams, EstimatorsAgree) {
  for (auto const estimator : {Estimator::lasso, Estimator::lasso_path, Estimator::pdw, Estimator::amp,
                               Estimator::omp, Estimator::max_corr, Estimator::ml_swap})
    for (auto const weighting : {Weighting::agnostic, Weighting::interference}) {
      Parameters point{.p = 201,
                       .s = 5,
                       .n1 = 70,
                       .n2 = 90,
                       .estimator = estimator,
                       .weighting = weighting,
                       .ml_restarts = 2};
      for (std::int64_t trial = 0; trial < 2; ++trial) expect_agreement(point, trial);
    }
}

TEST_F(Teams, SolversStoragesAndWeightingsAgree) {
  for (auto const weighting : {Weighting::residual, Weighting::hq_only, Weighting::inverse_variance})
    for (auto const solver : {Solver::working_set, Solver::fista})
      for (auto const storage : {Storage::dense, Storage::regenerate}) {
        Parameters point{.p = 150,
                         .s = 5,
                         .n1 = 60,
                         .n2 = 50,
                         .weighting = weighting,
                         .solver = solver,
                         .storage = storage};
        expect_agreement(point, 1);
      }
}

/// Supports beyond the size that one rank keeps, here a small one.
TEST_F(Teams, WitnessesOfSpreadAndOfLocalGramMatricesAgree) {
  std::int64_t const largest_local = 20;
  Parameters point{.p = 100000, .s = 150, .signal = Signal::signed_values};
  for (auto const& [n1, n2] :
       {std::pair(900, 1700), std::pair(2600, 0), std::pair(100, 60), std::pair(70, 70)}) {
    point.n1 = n1;
    point.n2 = n2;
    auto const setting = realise(point);
    auto const compute = [&](Trials& trials, std::int64_t largest) {
      trials.team().begin_trial({"tiles\n", 3});
      return DataSet({&point, 1}, trials.team(), 3, largest);
    };
    auto const spread = compute(team, largest_local);
    auto const local = compute(alone, largest_local);
    EXPECT_EQ(spread.tiles_gram(), world.size() > 1);
    EXPECT_FALSE(local.tiles_gram());
    for (auto const& weights : {std::array{1.0, 1.0}, std::array{1.7, 0.2}, std::array{2.0, 0.0}}) {
      Tuning const tuning{0.15, {weights[0], weights[1]}};
      auto const found = primal_dual_witness(spread, setting, 1, tuning);
      auto const expected = primal_dual_witness(local, setting, 1, tuning);
      EXPECT_EQ(found.sign_ok, expected.sign_ok);
      if (std::isinf(expected.dual_variance)) {
        EXPECT_EQ(found.dual_variance, expected.dual_variance);
        continue;
      }
      EXPECT_NEAR(found.dual_variance, expected.dual_variance, 1e-10 * expected.dual_variance);
      EXPECT_NEAR(found.success_probability, expected.success_probability, 1e-10);
    }
  }
}

TEST_F(Teams, FewerColumnsThanRanksWork) {
  Parameters point{.p = 3, .s = 1, .n1 = 6, .n2 = 4};
  for (auto const estimator : testing::kEstimators) {
    point.estimator = estimator;
    expect_agreement(point, 0);
  }
}

TEST_F(Teams, IsoLinesAgree) {
  Parameters point{.p = 1000,
                   .s = 5,
                   .n1 = 40,
                   .n2 = 300,
                   .estimator = Estimator::pdw,
                   .weighting = Weighting::interference,
                   .lambda_rule = LambdaRule::fixed,
                   .lambda_scale = 0.4,
                   .iso_level = 0.5,
                   .iso_draws = 4};
  auto const together = team.run(point, 1);
  auto const single = alone.run(point, 1);
  EXPECT_GT(single.iso_n2, 1);
  EXPECT_LT(single.iso_n2, 299);
  EXPECT_NEAR(together.iso_n2, single.iso_n2, 1e-8 * single.iso_n2);
  EXPECT_NEAR(together.iso_price, single.iso_price, 1e-6);
}

TEST_F(Teams, ExhaustiveSearchAgrees) {
  Parameters point{
      .p = 18, .s = 3, .n1 = 4, .n2 = 20, .sigma1 = 0.3, .sigma2 = 3, .estimator = Estimator::ml_exhaustive};
  for (std::int64_t trial = 0; trial < 10; ++trial) expect_agreement(point, trial);
  std::vector<double> const linear(12, 1.0);
  std::vector<double> const pair(144, 0.5);
  SearchedSubsets none;
  auto const go_on = [](double) {};
  EXPECT_EQ(best_subset(world, linear, {pair.data(), 12, 12}, 3, none, go_on),
            (std::vector<std::int64_t>{0, 1, 2}));
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
