#include "experiments/mixed_quality_lasso/data/user_data.hpp"

#include "../trials.hpp"
#include "../validity.hpp"
#include "experiments/mixed_quality_lasso/experiment.hpp"
#include "user_input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace thresher::mixed_quality_lasso {
namespace {

using testing::made_input;
using trials::MemoryInput;

class UserInput : public ::testing::Test {
 protected:
  Metrics run(MemoryInput const& input, Parameters const& point) {
    study::Team team(comm);
    team.set_input(&input);
    return trials::run_trial(experiment, point, team, 0);
  }
  Parameters path_point() {
    Parameters point;
    point.estimator = Estimator::lasso_path;
    return point;
  }
  mpi::Communicator comm = mpi::Communicator::self();
  Experiment experiment;
};

TEST_F(UserInput, ColumnsAreCentredAndScaled) {
  auto const input = made_input(90, 20);
  study::Team team(comm);
  team.set_input(&input);
  auto const data = read_user_data(team);
  std::vector<std::int64_t> all(20);
  std::iota(all.begin(), all.end(), 0);
  std::vector<double> norms(20);
  data.design.squared_norms(all, norms);
  for (double const norm : norms) EXPECT_NEAR(norm, 90, 1e-10);
  std::vector<double> const ones(90, 1.0);
  std::vector<double> sums(20);
  data.design.correlate(all, {ones.data(), 90, 1}, {sums.data(), 20, 1});
  for (double const sum : sums) EXPECT_NEAR(sum, 0, 1e-10);
  EXPECT_NEAR(std::accumulate(data.y.begin(), data.y.end(), 0.0), 0, 1e-10);
  EXPECT_EQ(data.blocks.label, (std::vector<double>{0, 10, 20}));
  EXPECT_EQ(data.blocks.rows, (std::vector<double>{30, 30, 30}));
  ASSERT_TRUE(data.truth);
  EXPECT_EQ(data.truth->indices, (std::vector<std::int64_t>{2, 5}));
  EXPECT_NEAR(data.truth->values[0], 3 * data.column_scale[2], 1e-12);
}

TEST_F(UserInput, PathFindsTheSignalAndItsNoise) {
  auto const input = made_input(90, 200);
  for (auto const weighting : {Weighting::agnostic, Weighting::residual}) {
    auto point = path_point();
    point.weighting = weighting;
    auto const metrics = run(input, point);
    EXPECT_EQ(metrics.fit_s, 2);
    EXPECT_EQ(metrics.exact_support, 1);
    EXPECT_EQ(metrics.sign_recovery, 1);
    EXPECT_NEAR(metrics.fit_rho, 2.5, 0.5);
    EXPECT_NEAR(metrics.noise_power, (0.04 + 0.25 + 4) / 3, 0.5);
    EXPECT_GT(metrics.fit_success, 0.5);
    if (weighting == Weighting::agnostic)
      EXPECT_NEAR(metrics.fit_n_eff, 90, 1e-9);
    else
      EXPECT_LT(metrics.fit_n_eff, 88);  // shrinkage adds to every residual
  }
}

TEST_F(UserInput, KnownNoiseGivesInverseVarianceWeights) {
  auto input = made_input(90, 200);
  input.sets.erase("block");
  std::vector<double> sd(90);
  for (int i = 0; i < 90; ++i) sd[i] = i < 30 ? 1 : 2;
  input.sets["noise_sd"] = {{90}, sd};
  auto point = path_point();
  point.weighting = Weighting::inverse_variance;
  // w proportional to (1, 1/4): n_eff = (30 + 15)^2/(30 + 60/16).
  EXPECT_NEAR(run(input, point).fit_n_eff, 45.0 * 45 / 33.75, 1e-9);
}

/// What is wrong with the input, or nothing.
std::string complaint(MemoryInput const& input) {
  try {
    check_user_data(input);
  } catch (study::UserError const& error) {
    return error.what();
  }
  return "";
}

TEST_F(UserInput, WhatDoesNotVaryIsRefused) {
  using ::testing::HasSubstr;
  for (double const constant : {0.0, 0.1, 1.0, 3.7, 1e6}) {
    auto input = made_input(90, 20);
    input.sets["y"] = {{90}, std::vector<double>(90, constant)};
    EXPECT_THAT(complaint(input), HasSubstr("/y is constant")) << constant;
    input = made_input(90, 20);
    input.sets["X"] = {{90, 20}, std::vector<double>(1800, constant)};
    EXPECT_THAT(complaint(input), HasSubstr("every column of /X is constant")) << constant;
  }
}

TEST_F(UserInput, ATransposedDesignIsRefused) {
  using ::testing::HasSubstr;
  auto input = made_input(90, 20);
  EXPECT_EQ(complaint(input), "");
  input.sets["X"].extents = {20, 90};
  EXPECT_THAT(complaint(input), HasSubstr("/X is 20 x 90 and /y has 90 entries: /X looks transposed"));
  EXPECT_THAT(complaint(input), HasSubstr("R, Julia and MATLAB"));
}

TEST_F(UserInput, OfASquareDesignTheOrderIsTold) {
  using ::testing::Contains, ::testing::HasSubstr;
  for (std::int64_t const columns : {29, 30}) {
    auto const input = made_input(30, columns);
    auto const warnings = trials::ask(experiment, path_point(), {}, &input).warnings;
    EXPECT_EQ(columns == 30, ::testing::Value(warnings, Contains(HasSubstr("/X is square")))) << columns;
  }
}

TEST_F(UserInput, WithoutTheTruthOnlyTheFitIsReported) {
  auto input = made_input(90, 50);
  input.sets.erase("beta_true");
  auto const metrics = run(input, path_point());
  EXPECT_EQ(metrics.fit_s, 2);
  EXPECT_TRUE(std::isnan(metrics.mse));
  EXPECT_TRUE(std::isnan(metrics.noise_power));
}

TEST_F(UserInput, BadDataSetsAreNamed) {
  using ::testing::HasSubstr;
  auto const message = [](MemoryInput const& input) -> std::string {
    try {
      check_user_data(input);
    } catch (study::UserError const& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_EQ(message(made_input(30, 6)), "");
  auto wrong = made_input(30, 6);
  wrong.sets["y"] = {{29}, std::vector<double>(29)};
  EXPECT_THAT(message(wrong), HasSubstr("/y has 29 entries"));
  wrong = made_input(30, 6);
  wrong.sets["noise_sd"] = {{30}, std::vector<double>(30, 1.0)};
  EXPECT_THAT(message(wrong), HasSubstr("/noise_sd and /block"));
  wrong.sets.erase("block");
  wrong.sets["noise_sd"] = {{30}, std::vector<double>(30, 0.0)};
  EXPECT_THAT(message(wrong), HasSubstr("/noise_sd holds 0"));
  wrong = made_input(30, 6);
  wrong.sets.erase("X");
  EXPECT_THAT(message(wrong), HasSubstr("X"));
  wrong = made_input(30, 6);
  wrong.sets["X"] = {{180}, std::vector<double>(180)};
  EXPECT_THAT(message(wrong), HasSubstr("two dimensions"));
  wrong = made_input(30, 6);
  wrong.sets["beta_true"] = {{6}, std::vector<double>(6, 0.0)};
  EXPECT_THAT(message(wrong), HasSubstr("/beta_true"));
}

}  // namespace
}  // namespace thresher::mixed_quality_lasso
