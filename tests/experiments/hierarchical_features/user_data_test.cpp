#include "../validity.hpp"
#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "experiments/hierarchical_features/data/user_rows.hpp"
#include "trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace thresher::hierarchical_features {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kRows = 8000;
constexpr std::int64_t kDim = 6;

/// Inputs with a quadratic target of two features of degree 1, shifted and scaled.
trials::MemoryInput user_file(double shift = 0, double scale = 1) {
  random::Stream const stream(random::hash_identity("user"), "x");
  std::vector<double> x(static_cast<std::size_t>(kRows * kDim));
  random::fill_normals(stream, {0, kRows, 0, kDim}, random::Layout::row_major, x, kDim);
  std::vector<double> y;
  for (std::int64_t row = 0; row < kRows; ++row) {
    double const a = x[static_cast<std::size_t>(row * kDim)];
    double const b = x[static_cast<std::size_t>(row * kDim + 1)];
    y.push_back((0.8 * (a * a - 1) - 0.6 * (b * b - 1)) / std::sqrt(2.0));
  }
  for (double& value : x) value = shift + scale * value;
  trials::MemoryInput input;
  input.sets["data/x"] = {{kRows, kDim}, x};
  input.sets["data/y"] = {{kRows}, y};
  return input;
}

Parameters user_point() {
  Parameters point;
  point.q = 1;
  point.num_directions = 1;
  point.extra_eigs = 3;
  point.preprocess = Preprocess::clip;
  return point;
}

class UserDataTest : public testing::Test {
 protected:
  Metrics measure(Parameters const& point, study::InputReader const& input) {
    team_.set_input(&input);
    return trials::run_trial(experiment(), point, team_, 0);
  }
  std::string refusal(Parameters const& point, study::InputReader const& input) {
    return trials::ask(experiment(), point, {}, &input).refusal;
  }
  mpi::Communicator comm_ = mpi::Communicator::self();
  study::Team team_{comm_};
};

TEST_F(UserDataTest, TheTargetIsFoundFromInputsAndFromFeatures) {
  auto input = user_file();
  auto const from_inputs = measure(user_point(), input);
  EXPECT_LT(from_inputs.nmse, 0.45);  // one of two directions
  EXPECT_TRUE(std::isnan(from_inputs.overlap_subspace));
  EXPECT_TRUE(std::isnan(from_inputs.nmse_oracle));
  EXPECT_GE(from_inputs.num_outliers, 2);
  input.sets["data/features"] = input.sets["data/x"];
  input.sets.erase("data/x");
  auto const from_features = measure(user_point(), input);
  EXPECT_NEAR(from_features.nmse, from_inputs.nmse, 1e-9);
}

TEST_F(UserDataTest, WhiteningUndoesShiftsAndScales) {
  auto const plain = user_file();
  auto const scaled = user_file(5, 3);
  auto point = user_point();
  EXPECT_EQ(refusal(point, plain), "");
  EXPECT_THAT(refusal(point, scaled), HasSubstr("standardise"));
  auto const reference = measure(point, plain);
  for (auto const whiten : {Whiten::diag, Whiten::full}) {
    point.whiten = whiten;
    EXPECT_EQ(refusal(point, scaled), "");
    EXPECT_NEAR(measure(point, scaled).nmse, reference.nmse, 0.02);
  }
}

TEST_F(UserDataTest, FoldsAreSplitsOfTheRowsAndTheTestMayBeGiven) {
  auto input = user_file();
  UserFacts const facts = examine_user_file(input);
  auto point = user_point();
  point.input = &facts;
  auto const sizes = sizes_of(point);
  EXPECT_EQ(sizes.rows_of(Fold::spectral), 4000);
  EXPECT_EQ(sizes.rows_of(Fold::second), 2000);
  EXPECT_EQ(sizes.rows_of(Fold::readout), 1000);
  EXPECT_EQ(sizes.rows_of(Fold::test), 1000);
  team_.set_input(&input);
  team_.begin_trial({"user\n", 0});
  UserRows const rows(point, team_);
  std::multiset<double> seen;
  for (auto const fold : {Fold::spectral, Fold::second, Fold::readout, Fold::test})
    for (double const label : rows.labels(fold, {0, sizes.rows_of(fold)})) seen.insert(label);
  auto const& all = input.sets["data/y"].values;
  EXPECT_EQ(seen, std::multiset<double>(all.begin(), all.end()));
  // A row and its label stay together.
  auto const x = rows.rows(Fold::second, {7, 8});
  EXPECT_NEAR(rows.labels(Fold::second, {7, 8})[0],
              (0.8 * (x[0] * x[0] - 1) - 0.6 * (x[1] * x[1] - 1)) / std::sqrt(2.0), 1e-12);

  input.sets["data/x_test"] = {{2, kDim}, std::vector<double>(2 * kDim, 0.5)};
  EXPECT_THROW(examine_user_file(input), study::UserError);
  input.sets["data/y_test"] = {{2}, {1, 2}};
  UserFacts const with_test = examine_user_file(input);
  point.input = &with_test;
  EXPECT_EQ(sizes_of(point).rows_of(Fold::test), 2);
  EXPECT_EQ(sizes_of(point).rows_of(Fold::readout), 2000);
}

TEST_F(UserDataTest, OutliersTellTheStrengthsAndTheirExponent) {
  // Five features, each a coordinate: strengths k^-1.
  auto input = user_file();
  auto const& x = input.sets["data/x"].values;
  double squares = 0;
  for (int k = 1; k <= 5; ++k) squares += 1.0 / (k * k);
  for (std::size_t row = 0; row < static_cast<std::size_t>(kRows); ++row) {
    double h2 = 0;
    for (std::size_t k = 0; k < 5; ++k)
      h2 += (x[row * kDim + k] * x[row * kDim + k] - 1) / static_cast<double>(k + 1) / std::sqrt(squares);
    input.sets["data/y"].values[row] = h2 / std::sqrt(2.0);
  }
  auto point = user_point();
  point.preprocess = Preprocess::identity;
  auto const metrics = measure(point, input);
  EXPECT_GE(metrics.num_outliers, 4);
  EXPECT_NEAR(metrics.gamma_hat, 1, 0.35);
  EXPECT_GT(metrics.next_feature_rows, 0);
}

TEST_F(UserDataTest, DefectsAreRefused) {
  auto const defect = [](auto spoil) {
    auto input = user_file();
    spoil(input);
    try {
      examine_user_file(input);
    } catch (study::UserError const& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(defect([](auto& input) { input.sets.erase("data/x"); }), HasSubstr("/data/x"));
  EXPECT_THAT(defect([](auto& input) { input.sets.erase("data/y"); }), HasSubstr("/data/y"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["data/y"] = {{3}, {1, 2, 3}};
              }),
              HasSubstr("8000 entries"));
  EXPECT_THAT(defect([](auto& input) { input.sets["data/x"].values[11] = NAN; }), HasSubstr("not finite"));
  for (double const value : {0.0, 0.1, 3.7, 1e6})
    EXPECT_THAT(defect([value](auto& input) { input.sets["data/y"].values.assign(kRows, value); }),
                HasSubstr("/data/y is constant"));
  EXPECT_THAT(defect([](auto& input) {
                for (std::int64_t k = 0; k < kRows * kDim; ++k)
                  input.sets["data/x"].values[static_cast<std::size_t>(k)] =
                      0.1 * static_cast<double>(k % kDim);
              }),
              HasSubstr("every column of /data/x is constant"));
  EXPECT_THAT(defect([](auto& input) {
                input.sets["data/x"].extents = {kDim, kRows};
              }),
              HasSubstr("reverse order"));
  auto point = user_point();
  point.num_directions = 0;
  EXPECT_THAT(refusal(point, user_file()), HasSubstr("must be given"));
}

}  // namespace
}  // namespace thresher::hierarchical_features
