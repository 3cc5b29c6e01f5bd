#include "../validity.hpp"

#include "experiments/mixed_quality_lasso/experiment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace thresher::mixed_quality_lasso {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Inputs = std::map<std::string, std::string>;

trials::Answer ask(Inputs const& inputs) {
  Experiment const experiment;
  auto const& parameters = experiment.description().parameters;
  study::Point point;
  for (auto const& parameter : parameters) {
    auto const given = inputs.find(parameter.name);
    point.push_back(given == inputs.end() ? parameter.default_value
                                          : study::parse_value(parameter, given->second));
  }
  return trials::ask(experiment, point);
}

std::string refusal(Inputs const& inputs) {
  return ask(inputs).refusal;
}

TEST(Validity, DefaultsAreValid) {
  EXPECT_THAT(refusal({}), IsEmpty());
}

TEST(Validity, RangesAreThoseOfTheDeclaration) {
  for (auto const& [name, value] : std::multimap<std::string, std::string>{{"s", "0"},
                                                                           {"p", "1"},
                                                                           {"n1", "-1"},
                                                                           {"n2", "-1"},
                                                                           {"hq_fraction", "1.1"},
                                                                           {"hq_fraction", "nan"},
                                                                           {"sigma1", "0"},
                                                                           {"sigma2", "inf"},
                                                                           {"rho", "0"},
                                                                           {"lambda_scale", "0"},
                                                                           {"delta", "0"},
                                                                           {"delta", "1.5"},
                                                                           {"lambda_min_ratio", "1"},
                                                                           {"n_lambda", "1"},
                                                                           {"tol", "0"},
                                                                           {"max_iter", "0"},
                                                                           {"iso_level", "1"},
                                                                           {"estimator", "ridge"},
                                                                           {"weighting", "inverse"}})
    EXPECT_THROW(refusal({{name, value}}), study::UserError) << name << " = " << value;
}

TEST(Validity, MessagesNameParameterValueAndRange) {
  EXPECT_THAT(refusal({{"p", "8"}, {"s", "8"}}), AllOf(HasSubstr("s = 8"), HasSubstr("[1, p - 1 = 7]")));
  EXPECT_THAT(refusal({{"n1", "0"}, {"n2", "0"}}), HasSubstr("n1 = 0"));
  EXPECT_THAT(refusal({{"theta", "1e-9"}}), HasSubstr("theta = 1e-09"));
  EXPECT_THAT(refusal({{"theta", "1e12"}}), HasSubstr("2^31"));
  EXPECT_THAT(refusal({{"sigma1", "2"}}), AllOf(HasSubstr("sigma2 = 1"), HasSubstr("[sigma1 = 2, inf)")));
  EXPECT_THAT(refusal({{"sigma_avg", "0.1"}}),
              AllOf(HasSubstr("sigma_avg = 0.1"), HasSubstr("[sigma1 = 0.25, inf)")));
  EXPECT_THAT(refusal({{"sigma_avg", "1"}, {"n2", "0"}}), HasSubstr("sigma_avg = 1"));
  EXPECT_THAT(refusal({{"sigma_avg", "1"}, {"theta", "1"}, {"hq_fraction", "1"}}),
              HasSubstr("sigma_avg = 1"));
  EXPECT_THAT(refusal({{"estimator", "ml_swap"}, {"signal", "signed"}}),
              AllOf(HasSubstr("signal = signed"), HasSubstr("needs signal = binary")));
  EXPECT_THAT(refusal({{"estimator", "ml_exhaustive"}, {"p", "200"}, {"s", "8"}}), HasSubstr("5.51e+13"));
  EXPECT_THAT(refusal({{"estimator", "omp"}, {"s", "20"}, {"n1", "5"}, {"n2", "5"}}),
              HasSubstr("s <= n = 10"));
  EXPECT_THAT(refusal({{"estimator", "omp"}, {"s", "20"}, {"n1", "5"}, {"weighting", "hq_only"}}),
              HasSubstr("s <= n1 = 5"));
  EXPECT_THAT(refusal({{"estimator", "pdw"}, {"weighting", "residual"}}), HasSubstr("weighting = residual"));
  EXPECT_THAT(refusal({{"weighting", "residual"}, {"n2", "0"}}), HasSubstr("weighting = residual"));
  EXPECT_THAT(refusal({{"weighting", "hq_only"}, {"n1", "0"}}), HasSubstr("weighting = hq_only"));
  EXPECT_THAT(refusal({{"iso_level", "0.5"}}), HasSubstr("iso_level = 0.5"));
  EXPECT_THAT(refusal({{"iso_level", "0.5"}, {"estimator", "pdw"}, {"theta", "1"}}),
              HasSubstr("iso_level = 0.5"));
  EXPECT_THAT(refusal({{"iso_level", "0.5"}, {"estimator", "pdw"}, {"sigma_avg", "1"}}),
              HasSubstr("iso_level = 0.5"));
  EXPECT_THAT(refusal({{"p", "1e12"}}), AllOf(HasSubstr("p = 1000000000000"), HasSubstr("pdw")));
}

TEST(Validity, UnusualPointsAreValid) {
  EXPECT_THAT(refusal({{"p", "1e12"}, {"estimator", "pdw"}, {"s", "5000"}, {"theta", "1"}}), IsEmpty());
  EXPECT_THAT(refusal({{"p", "2"}, {"s", "1"}}), IsEmpty());
  EXPECT_THAT(refusal({{"n1", "0"}}), IsEmpty());
  EXPECT_THAT(refusal({{"sigma1", "2"}, {"sigma_avg", "2"}}), IsEmpty());  // sigma2 is unused
  EXPECT_THAT(refusal({{"estimator", "ml_exhaustive"}, {"p", "20"}, {"s", "3"}}), IsEmpty());
  EXPECT_THAT(refusal({{"iso_level", "0.5"}, {"estimator", "pdw"}}), IsEmpty());
}

TEST(Validity, InertParametersAreThoseWithoutInfluence) {
  auto const plain = ask({}).inert;
  for (auto const* name :
       {"hq_fraction", "n_lambda", "lambda_min_ratio", "ml_restarts", "amp_iters", "iso_draws"})
    EXPECT_TRUE(plain.contains(name)) << name;
  for (auto const* name : {"n1", "n2", "sigma2", "lambda_rule", "lambda_scale", "tol", "delta", "weighting"})
    EXPECT_FALSE(plain.contains(name)) << name;
  auto const by_theta = ask({{"theta", "1"}, {"sigma_avg", "1"}, {"lambda_rule", "tuned"}}).inert;
  for (auto const* name : {"n1", "n2", "sigma2", "lambda_scale"})
    EXPECT_TRUE(by_theta.contains(name)) << name;
  EXPECT_FALSE(by_theta.contains("hq_fraction"));
  EXPECT_TRUE(ask({{"estimator", "omp"}}).inert.contains("lambda_rule"));
  EXPECT_FALSE(ask({{"estimator", "omp"}, {"weighting", "interference"}}).inert.contains("lambda_rule"));
}

TEST(Cost, GrowsWithTheProblemAndShrinksOverRanks) {
  Experiment const experiment;
  Parameters point{.p = 1000000, .n1 = 1500, .n2 = 1500};
  auto const alone = experiment.cost(1, point, {1});
  EXPECT_GT(alone.bytes_per_rank, 8.0 * 3000 * 1e6);
  EXPECT_LT(alone.bytes_per_rank, 1.1 * 8.0 * 3000 * 1e6);
  EXPECT_LT(experiment.cost(1, point, {64}).bytes_per_rank, alone.bytes_per_rank / 20);
  EXPECT_NEAR(alone.normals, 3e9, 1e7);
  point.storage = Storage::regenerate;
  EXPECT_LT(experiment.cost(1, point, {1}).bytes_per_rank, 3e8);
  EXPECT_GT(experiment.cost(1, point, {1}).normals, 1e10);
  point.estimator = Estimator::pdw;
  EXPECT_LT(experiment.cost(1, point, {1}).bytes_per_rank, 3e6);
}

TEST(Cost, OfALargeSupportIsSharedByTheTeam) {
  Experiment const experiment;
  Parameters point{.p = 1000000000000, .s = 50000, .theta = 1, .estimator = Estimator::pdw};
  double const gram = 8e0 * 50000 * 50000;
  EXPECT_GT(experiment.cost(1, point, {1}).bytes_per_rank, 3 * gram);
  EXPECT_LT(experiment.cost(1, point, {512}).bytes_per_rank, 3e9);
  // Working sets of eight supports and more.
  point.estimator = Estimator::lasso;
  point.p = 1000000;
  point.s = 2000;
  point.storage = Storage::regenerate;
  double const large = experiment.cost(1, point, {8}).bytes_per_rank;
  EXPECT_GT(large, experiment.cost(1, point, {64}).bytes_per_rank * 3);
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
