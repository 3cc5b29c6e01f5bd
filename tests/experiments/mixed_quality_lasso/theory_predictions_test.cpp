#include "experiments/mixed_quality_lasso/theory/predictions.hpp"
#include "parameters/name_lists.hpp"
#include "trials.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace thresher::mixed_quality_lasso {
namespace {

std::vector<std::pair<std::string, double Predictions::*>> const members{
    {"n", &Predictions::n},
    {"n_alg", &Predictions::n_alg},
    {"theta_realised", &Predictions::theta_realised},
    {"sigma_avg_sq", &Predictions::sigma_avg_sq},
    {"lam", &Predictions::lam},
    {"weight_hq", &Predictions::weight_hq},
    {"weight_lq", &Predictions::weight_lq},
    {"n_eff", &Predictions::n_eff},
    {"it_ratio_agnostic", &Predictions::it_ratio_agnostic},
    {"it_ratio_informed", &Predictions::it_ratio_informed},
    {"gamma_agnostic", &Predictions::gamma_agnostic},
    {"gamma_informed", &Predictions::gamma_informed},
    {"aon_ratio_agnostic", &Predictions::aon_ratio_agnostic},
    {"lq_marginal_agnostic", &Predictions::lq_marginal_agnostic},
    {"gamma_agnostic_sharp", &Predictions::gamma_agnostic_sharp},
    {"aon_ratio_informed", &Predictions::aon_ratio_informed},
    {"fano_ratio", &Predictions::fano_ratio},
    {"fano_success_upper", &Predictions::fano_success_upper},
    {"ml_fail_union", &Predictions::ml_fail_union},
    {"lasso_success", &Predictions::lasso_success},
    {"lasso_nu", &Predictions::lasso_nu},
    {"lasso_t", &Predictions::lasso_t},
    {"lasso_v", &Predictions::lasso_v},
    {"gamma_lasso_agnostic", &Predictions::gamma_lasso_agnostic},
    {"gamma_lasso_interference", &Predictions::gamma_lasso_interference},
    {"se_mse", &Predictions::se_mse},
    {"se_tpr", &Predictions::se_tpr},
    {"se_fdp", &Predictions::se_fdp},
    {"se_df", &Predictions::se_df},
    {"se_alpha", &Predictions::se_alpha},
    {"theta50", &Predictions::theta50},
    {"lasso_success_tuned", &Predictions::lasso_success_tuned},
    {"lam_tuned", &Predictions::lam_tuned},
    {"iso_n2_theory", &Predictions::iso_n2_theory},
    {"iso_price_theory", &Predictions::iso_price_theory}};

std::set<std::string> const at_every_point{"n",
                                           "n_alg",
                                           "theta_realised",
                                           "sigma_avg_sq",
                                           "lam",
                                           "weight_hq",
                                           "weight_lq",
                                           "n_eff",
                                           "it_ratio_agnostic",
                                           "it_ratio_informed",
                                           "gamma_agnostic",
                                           "gamma_informed",
                                           "aon_ratio_agnostic",
                                           "lq_marginal_agnostic",
                                           "gamma_agnostic_sharp",
                                           "aon_ratio_informed",
                                           "fano_ratio",
                                           "fano_success_upper"};
std::set<std::string> const of_the_lasso{"lasso_success", "lasso_nu",
                                         "lasso_t",       "lasso_v",
                                         "theta50",       "lasso_success_tuned",
                                         "lam_tuned",     "gamma_lasso_interference",
                                         "se_mse",        "se_tpr",
                                         "se_fdp",        "se_df",
                                         "se_alpha"};

/// What the experiment's theories say of a point.
Predictions predict(Parameters const& point) {
  Experiment const experiment;
  study::Experiment const& asked = experiment;
  auto const& about = asked.description();
  std::vector<double> values(about.predictions.size(), study::kUndefined);
  for (std::size_t theory = 0; theory < about.theories.size(); ++theory)
    asked.predict(theory, experiment.values_of(point), nullptr, study::TheoryContext("test\n"), values);
  Predictions predictions;
  for (auto const& [name, member] : members)
    predictions.*member = values[study::find_named(about.predictions, name).value()];
  return predictions;
}

Parameters reference_point() {
  Parameters point{.sigma1 = 0.5, .lambda_rule = LambdaRule::fixed, .lambda_scale = 0.4};
  return point;
}

TEST(Predictions, ReferenceValuesOfTheAgnosticPoint) {
  auto const predictions = predict(reference_point());
  EXPECT_EQ(predictions.n, 200);
  EXPECT_NEAR(predictions.n_alg, 108.561220, 5e-7);
  EXPECT_NEAR(predictions.theta_realised, 200 / 108.561220, 1e-7);
  EXPECT_NEAR(predictions.sigma_avg_sq, 0.625, 1e-15);
  EXPECT_DOUBLE_EQ(predictions.lam, 0.4);
  EXPECT_EQ(predictions.weight_hq, 1);
  EXPECT_EQ(predictions.weight_lq, 1);
  EXPECT_EQ(predictions.n_eff, 200);
  EXPECT_NEAR(predictions.gamma_agnostic, 1.459432, 5e-7);
  EXPECT_NEAR(predictions.gamma_informed, 2.321928, 5e-7);
  EXPECT_NEAR(predictions.gamma_agnostic_sharp, 1.538184, 5e-7);
  EXPECT_NEAR(predictions.aon_ratio_agnostic, 7.888742, 5e-7);
  EXPECT_NEAR(predictions.lq_marginal_agnostic, 2.068147, 5e-7);
  EXPECT_NEAR(predictions.fano_ratio, 7.216441, 5e-7);
  EXPECT_NEAR(predictions.lasso_success, 0.970976, 5e-7);
  EXPECT_NEAR(predictions.lasso_nu, 0.4166666667, 1e-10);
  EXPECT_NEAR(predictions.lasso_v, 0.0604166667, 1e-10);
  EXPECT_NEAR(predictions.lasso_t, 0.1024158417, 1e-10);
  EXPECT_NEAR(predictions.se_mse, 0.184148, 5e-7);
  EXPECT_NEAR(predictions.se_fdp, 0.002972, 5e-7);
  EXPECT_NEAR(predictions.se_df, 8.023846, 5e-7);
  EXPECT_NEAR(predictions.gamma_lasso_agnostic, 1.341486, 5e-7);
  EXPECT_NEAR(predictions.gamma_lasso_interference, 1.428452, 5e-7);
}

TEST(Predictions, ReferenceValuesOfInverseVarianceWeights) {
  auto point = reference_point();
  point.weighting = Weighting::inverse_variance;
  auto const predictions = predict(point);
  EXPECT_NEAR(predictions.weight_hq, 1.6, 1e-15);
  EXPECT_NEAR(predictions.weight_lq, 0.4, 1e-15);
  EXPECT_NEAR(predictions.n_eff, 147.058824, 5e-7);
  EXPECT_NEAR(predictions.lasso_nu, 0.4228421783, 1e-10);
  EXPECT_NEAR(predictions.lasso_v, 0.0685175264, 1e-10);
  EXPECT_NEAR(predictions.lasso_success, 0.917746, 5e-7);
}

TEST(Predictions, TheoryBesideTheMeasuredReferences) {
  auto witness = testing::witness_reference(Weighting::agnostic);
  witness.iso_level = 0.5;
  auto const pdw = predict(witness);
  EXPECT_NEAR(pdw.lasso_success, 0.726, 5e-4);
  EXPECT_NEAR(pdw.lasso_v, 0.0380, 5e-5);
  EXPECT_NEAR(pdw.sigma_avg_sq, 0.987, 5e-4);
  EXPECT_NEAR(pdw.iso_n2_theory, 239.8, 0.05);
  EXPECT_NEAR(pdw.iso_price_theory, 1.739, 5e-4);
  EXPECT_NEAR(pdw.gamma_lasso_interference, 1.62, 5e-3);

  auto const amp = predict(testing::message_passing_reference());
  EXPECT_NEAR(amp.se_mse, 0.1178, 5e-5);
  EXPECT_NEAR(amp.se_fdp, 0.3185, 5e-5);
  EXPECT_NEAR(amp.se_tpr, 1, 5e-4);
}

TEST(Predictions, EachEstimatorHasItsOwn) {
  for (auto const estimator : testing::kEstimators)
    for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference,
                                 Weighting::residual, Weighting::hq_only}) {
      auto point = reference_point();
      point.estimator = estimator;
      point.weighting = weighting;
      auto const predictions = predict(point);
      bool const lasso = estimator == Estimator::lasso || estimator == Estimator::lasso_path ||
                         estimator == Estimator::pdw || estimator == Estimator::amp;
      bool const ml = estimator == Estimator::ml_exhaustive || estimator == Estimator::ml_swap;
      for (auto const& [name, member] : members) {
        bool applies = at_every_point.contains(name) || (lasso && of_the_lasso.contains(name));
        if (name == "gamma_lasso_agnostic") applies = lasso && weighting == Weighting::agnostic;
        if (name == "ml_fail_union")
          applies = ml && (weighting == Weighting::agnostic || weighting == Weighting::inverse_variance);
        EXPECT_EQ(std::isnan(predictions.*member), !applies) << name;
      }
    }
}

TEST(Predictions, WithoutAnEquivalentTheLassoFails) {
  auto point = reference_point();
  point.n1 = 4;
  point.n2 = 4;
  auto const predictions = predict(point);
  EXPECT_EQ(predictions.lasso_success, 0);
  EXPECT_TRUE(std::isnan(predictions.lasso_nu));
  EXPECT_TRUE(std::isnan(predictions.lasso_t));
  EXPECT_TRUE(std::isnan(predictions.lasso_v));
  EXPECT_TRUE(std::isnan(predictions.gamma_lasso_interference));
  EXPECT_FALSE(std::isnan(predictions.gamma_lasso_agnostic));
  EXPECT_FALSE(std::isnan(predictions.se_mse));
  EXPECT_DOUBLE_EQ(predictions.lam_tuned, 0.5);
  EXPECT_EQ(predictions.lasso_success_tuned, 0);
}

TEST(Predictions, EqualNoiseMakesEveryWeightingTheSame) {
  auto point = reference_point();
  point.lambda_rule = LambdaRule::geometric;
  point.lambda_scale = 1;
  point.sigma1 = point.sigma2 = 0.6;
  point.n1 = 70;
  auto const agnostic = predict(point);
  EXPECT_EQ(agnostic.gamma_agnostic, 1);
  EXPECT_EQ(agnostic.gamma_informed, 1);
  EXPECT_NEAR(agnostic.gamma_agnostic_sharp, 1, 1e-14);
  EXPECT_NEAR(agnostic.gamma_lasso_agnostic, 1, 1e-14);
  EXPECT_EQ(agnostic.gamma_lasso_interference, 1);
  for (auto const weighting : {Weighting::inverse_variance, Weighting::interference, Weighting::residual}) {
    point.weighting = weighting;
    auto const weighted = predict(point);
    for (auto const& [name, member] : members) {
      if (name == "gamma_lasso_agnostic" || std::isnan(agnostic.*member)) continue;
      EXPECT_NEAR(weighted.*member, agnostic.*member, 1e-11 * (1 + std::abs(agnostic.*member))) << name;
    }
  }
}

TEST(Predictions, ScalingChangesOnlyUnits) {
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference,
                               Weighting::residual, Weighting::hq_only})
    for (auto const rule : {LambdaRule::geometric, LambdaRule::wainwright, LambdaRule::universal,
                            LambdaRule::fixed, LambdaRule::tuned}) {
      Parameters point{
          .weighting = weighting, .lambda_rule = rule, .lambda_scale = rule == LambdaRule::fixed ? 0.4 : 1};
      auto scaled = point;
      double const c = 7;
      scaled.rho *= c;
      scaled.sigma1 *= c;
      scaled.sigma2 *= c;
      auto const a = predict(point), b = predict(scaled);
      for (auto const& [name, member] : members) {
        double unit = 1;
        if (name == "lam" || name == "lam_tuned" || name == "lasso_nu" || name == "lasso_t") unit = c;
        if (name == "sigma_avg_sq") unit = c * c;
        if (std::isnan(a.*member)) {
          EXPECT_TRUE(std::isnan(b.*member)) << name;
        } else {
          EXPECT_NEAR(b.*member, unit * a.*member, 1e-9 * (1 + std::abs(unit * a.*member))) << name;
        }
      }
    }
}

TEST(Predictions, AgnosticTheoryOfTheLassoSeesTheAverageNoiseAlone) {
  Parameters point{.theta = 1.1,
                   .hq_fraction = 0,
                   .sigma1 = 0.1,
                   .sigma_avg = 0.43,
                   .lambda_rule = LambdaRule::fixed,
                   .lambda_scale = 0.43};
  auto const homogeneous = predict(point);
  for (double const fraction : {0.2, 0.5, 0.8}) {
    point.hq_fraction = fraction;
    auto const mixed = predict(point);
    EXPECT_NEAR(mixed.lasso_v, homogeneous.lasso_v, 1e-14);
    EXPECT_NEAR(mixed.se_mse, homogeneous.se_mse, 1e-12);
    EXPECT_NEAR(mixed.aon_ratio_agnostic, homogeneous.aon_ratio_agnostic, 1e-13);
    // Only the spread of the noise power, matched in variance, remembers the mix.
    EXPECT_NEAR(mixed.lasso_success, homogeneous.lasso_success, 0.03);
  }
}

TEST(Predictions, AreFiniteInTheHighestDimension) {
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference})
    for (double const theta : {0.3, 0.8, 1.3}) {
      Parameters point{.p = 1000000000000,
                       .s = 5000,
                       .theta = theta,
                       .sigma1 = 0.2,
                       .sigma2 = 1.5,
                       .estimator = Estimator::pdw,
                       .weighting = weighting,
                       .lambda_rule = LambdaRule::tuned};
      auto const predictions = predict(point);
      for (auto const& [name, member] : members) {
        if (!at_every_point.contains(name) && !of_the_lasso.contains(name)) continue;
        EXPECT_TRUE(std::isfinite(predictions.*member)) << name << " at theta " << theta;
      }
      EXPECT_LT(predictions.se_df, predictions.n);
    }
}

TEST(Predictions, SmallestProblem) {
  Parameters point{.p = 2, .s = 1};
  for (auto const rule :
       {LambdaRule::geometric, LambdaRule::wainwright, LambdaRule::universal, LambdaRule::tuned}) {
    point.lambda_rule = rule;
    auto const predictions = predict(point);
    EXPECT_GT(predictions.lasso_success, 0.6);
    EXPECT_GT(predictions.gamma_lasso_agnostic, 1);
    EXPECT_GT(predictions.fano_ratio, 1);
  }
  point.estimator = Estimator::ml_exhaustive;
  EXPECT_LT(predict(point).ml_fail_union, 1e-10);
}

TEST(Predictions, AddedHighQualityRowsHelp) {
  double last = 0;
  for (std::int64_t n1 = 20; n1 <= 200; n1 += 20) {
    Parameters point{.n1 = n1, .weighting = Weighting::interference, .lambda_rule = LambdaRule::tuned};
    Predictions predictions;
    predict_lasso(point, predictions);
    double const success = predictions.lasso_success;
    EXPECT_GE(success, last);
    last = success;
  }
  EXPECT_GT(last, 0.9);
}

TEST(Predictions, AddedLowQualityRowsHarmTheAgnosticLassoFirst) {
  Parameters point{.n1 = 150, .sigma1 = 0.1, .sigma2 = 6, .lambda_rule = LambdaRule::tuned};
  auto const success = [&](Weighting weighting, std::int64_t n2) {
    point.weighting = weighting;
    point.n2 = n2;
    Predictions predictions;
    predict_lasso(point, predictions);
    return predictions.lasso_success;
  };
  double const alone = success(Weighting::agnostic, 0);
  EXPECT_LT(success(Weighting::agnostic, 50), alone - 0.3);
  EXPECT_GT(success(Weighting::agnostic, 3200), 0.9);
  double last = alone;
  for (std::int64_t const n2 : {5, 20, 50, 100, 200, 400, 800, 1600, 3200}) {
    double const interference = success(Weighting::interference, n2);
    EXPECT_GE(interference, last - 1e-3);
    EXPECT_GE(interference, success(Weighting::inverse_variance, n2) - 1e-3);
    last = interference;
  }
}

TEST(Predictions, IsoLineOnlyWhereAsked) {
  auto point = reference_point();
  point.estimator = Estimator::pdw;
  EXPECT_TRUE(std::isnan(predict(point).iso_n2_theory));
  point.iso_level = 0.5;
  point.n1 = 150;
  EXPECT_EQ(predict(point).iso_n2_theory, 0);
  point.n1 = 60;
  EXPECT_GT(predict(point).iso_n2_theory, 0);
  EXPECT_GT(predict(point).iso_price_theory, 0);
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
