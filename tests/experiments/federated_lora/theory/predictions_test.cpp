#include "experiments/federated_lora/theory/predictions.hpp"

#include "experiments/federated_lora/model/sizes.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::federated_lora {
namespace {

Predictions predict(Parameters const& point) {
  Predictions all;
  predict_errors(point, all);
  predict_levels(point, all);
  predict_limits(point, all);
  return all;
}

TEST(Predictions, AtTheDefaults) {
  auto const theory = predict({});
  EXPECT_EQ(theory.mse_local, 1);
  EXPECT_NEAR(theory.mse_fedavg, 3.0117, 5e-5);
  EXPECT_NEAR(theory.mse_oracle, 0.0848, 5e-5);
  EXPECT_NEAR(theory.mse_oracle_set, 0.0880, 5e-5);
  EXPECT_NEAR(theory.subspace_error_oracle_set, 0.0010, 5e-5);
  EXPECT_NEAR(theory.score_benign, 0.9551, 5e-5);
  EXPECT_NEAR(theory.score_contaminated, 3.597, 5e-4);
  EXPECT_NEAR(theory.lambda_enter_benign, 0.3053, 5e-5);
  EXPECT_NEAR(theory.lambda_enter_contaminated, 0.4237, 5e-5);
  EXPECT_NEAR(theory.contamination_limit_svd, 0.2, 1e-12);
  EXPECT_NEAR(theory.contamination_limit_noiseless, 0.5, 1e-12);
}

TEST(Predictions, LimitsOverTheScale) {
  Parameters point;
  point.clients = 100;
  point.d1 = point.d2 = 64;
  double const limits[] = {0.500, 0.451, 0.437};
  double const of_rule[] = {0.475, 0.427, 0.413};
  double const scales[] = {1, 2, 4};
  for (int k = 0; k < 3; ++k) {
    point.contamination_scale = scales[k];
    auto const theory = predict(point);
    EXPECT_NEAR(theory.contamination_limit, limits[k], 6e-4);
    EXPECT_NEAR(theory.contamination_limit_rule, of_rule[k], 6e-4);
  }
}

TEST(Predictions, ACommonShiftHalvesTheLimits) {
  Parameters point;
  point.contamination_kind = ContaminationKind::shift;
  auto const theory = predict(point);
  EXPECT_NEAR(theory.contamination_limit_svd, 0.25, 1e-12);
  EXPECT_NEAR(theory.contamination_limit_noiseless, 1.0 / 3, 1e-12);
  // Where the noise vanishes the limit by bisection is the closed one.
  for (auto const kind : {ContaminationKind::shift, ContaminationKind::collude})
    for (auto const centering : {Centering::common, Centering::none}) {
      point.contamination_kind = kind;
      point.centering = centering;
      point.noise = 0;
      point.condition = 1.5;
      point.contamination_rank = 2;
      auto const exact = predict(point);
      EXPECT_NEAR(exact.contamination_limit, exact.contamination_limit_noiseless, 1e-9);
    }
}

TEST(Predictions, UndefinedWhereNoFormulaHolds) {
  Parameters point;
  point.local_rank = 4;
  auto theory = predict(point);
  EXPECT_TRUE(std::isnan(theory.mse_local));
  EXPECT_TRUE(std::isnan(theory.contamination_limit));
  EXPECT_FALSE(std::isnan(theory.contamination_limit_svd));
  point = {};
  point.rank_fit = 5;
  theory = predict(point);
  EXPECT_TRUE(std::isnan(theory.mse_oracle_set));
  EXPECT_FALSE(std::isnan(theory.mse_oracle));
  point = {};
  point.contamination_kind = ContaminationKind::independent;
  theory = predict(point);
  EXPECT_TRUE(std::isnan(theory.contamination_limit));
  EXPECT_TRUE(std::isnan(theory.lambda_enter_contaminated));
  point = {};
  point.noise = 0;
  theory = predict(point);
  EXPECT_EQ(theory.mse_oracle_set, 0);
  EXPECT_EQ(theory.score_benign, 0);
  EXPECT_TRUE(std::isnan(theory.heterogeneity_crossover));
  EXPECT_NEAR(theory.lambda_enter_benign, std::sqrt(3.0 / 42), 1e-12);
}

TEST(Predictions, OracleBeatsLocalBelowTheNoise) {
  Parameters point;
  for (double const h : {0.9, 1.1}) {
    point.heterogeneity = h;
    auto const theory = predict(point);
    EXPECT_EQ(theory.mse_oracle < theory.mse_local, h < 1);
    EXPECT_LT(theory.mse_oracle_adaptive, theory.mse_local);
    EXPECT_LE(theory.mse_oracle_adaptive, theory.mse_oracle);
  }
}

TEST(Sizes, HalvesRoundToEven) {
  Parameters point;
  for (auto const& [clients, contamination, expected] :
       {std::tuple{10, 0.25, 2}, {10, 0.35, 4}, {60, 0.3, 18}, {7, 0.5, 4}, {20, 0.01, 0}}) {
    point.clients = clients;
    point.contamination = contamination;
    EXPECT_EQ(contaminated_clients(point), expected) << clients << " " << contamination;
  }
}

}  // namespace
}  // namespace thresher::federated_lora
