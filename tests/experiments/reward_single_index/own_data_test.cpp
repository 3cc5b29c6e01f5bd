#include "../services.hpp"
#include "../validity.hpp"
#include "own_rows.hpp"
#include "trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace thresher::reward_single_index {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class OwnDataTest : public testing::Test {
 protected:
  OwnDataTest() { team_.set_services(&services_); }
  Metrics measure(Parameters const& point, study::InputReader const& input) {
    team_.set_input(&input);
    return trials::run_trial(experiment(), point, team_, 0);
  }
  trials::Answer ask(Parameters const& point, study::InputReader const& input) {
    return trials::ask(experiment(), point, {}, &input);
  }
  mpi::Communicator comm_ = mpi::Communicator::self();
  study::Team team_{comm_};
  trials::MemoryServices services_;
};

TEST_F(OwnDataTest, AreExamined) {
  auto input = own_rows(120, 5);
  input.give_second_rows(80);
  auto const about = examine_own_file(input);
  EXPECT_EQ(about.rows, 120);
  EXPECT_EQ(about.columns, 5);
  EXPECT_EQ(about.second_rows, 80);
  EXPECT_TRUE(about.has_direction);
  EXPECT_FALSE(about.standardize);
  EXPECT_LT(std::abs(about.label_drift), 5);
}

TEST_F(OwnDataTest, StagesTakeTheRowsInTheirOrder) {
  auto input = own_rows(1000, 4);
  auto const about = examine_own_file(input);
  Parameters point;
  point.input = &about;
  point.split = 0.7;
  point.n2 = 1000;
  EXPECT_EQ(first_rows(point), 700);
  EXPECT_EQ(readout_rows(point), 300);
  EXPECT_EQ(held_out_rows(point), 90);
  EXPECT_EQ(final_rows(point), 210);
  point.weighting = Weighting::surrogate;
  EXPECT_EQ(pilot_rows(point), 105);
  point.n2 = 100;
  EXPECT_EQ(final_rows(point), 35);
  point.n1 = 20;
  EXPECT_EQ(first_rows(point), 20);
  point.d = 4;
  team_.set_input(&input);
  team_.begin_trial({"own\n", 0});
  OwnData const data(point, team_);
  linalg::DenseMatrix rows(4, 3);
  std::vector<double> labels(3);
  auto const& x = input.sets["X"].values;
  data.fill_inputs(OwnData::Fold::second, {5, 8}, {0, 4}, rows.view());
  data.fill_labels(OwnData::Fold::second, 5, labels);
  EXPECT_TRUE(std::equal(rows.values().begin(), rows.values().end(), x.begin() + 705 * 4));
  EXPECT_TRUE(std::equal(labels.begin(), labels.end(), input.sets["y"].values.begin() + 705));
  // Coordinates 1 and 2 of a row of the first stage.
  data.fill_inputs(OwnData::Fold::first, {9, 10}, {1, 3}, {rows.values().data(), 2, 1});
  EXPECT_EQ(rows.values()[1], x[9 * 4 + 2]);
}

TEST_F(OwnDataTest, KeptAndStreamedRowsAreTheSame) {
  auto input = own_rows(600, 6);
  for (auto const stage : {FirstStage::moment1, FirstStage::sir, FirstStage::spectral, FirstStage::batch}) {
    auto point = own_point(stage, 6);
    auto const kept = measure(point, input);
    point.storage = Storage::stream;
    auto const streamed = measure(point, input);
    EXPECT_NEAR(streamed.overlap_mean, kept.overlap_mean, 1e-12);
    EXPECT_NEAR(streamed.offpolicy_value, kept.offpolicy_value, 1e-12);
  }
}

// Rows, direction and start turned by an orthogonal matrix: a trial of online descent turns with them.
TEST_F(OwnDataTest, OnlineDescentTurnsWithItsRows) {
  constexpr std::int64_t kDim = 5;
  auto input = own_rows(400, kDim);
  auto const mirror = [](std::span<double> row) {  // I - 2 n n^T, n = (1, 2, 0, -1, 1) / sqrt 7
    constexpr double kNormal[] = {1, 2, 0, -1, 1};
    double along = 0;
    for (std::size_t k = 0; k < row.size(); ++k) along += kNormal[k] * row[k];
    for (std::size_t k = 0; k < row.size(); ++k) row[k] -= 2 * along * kNormal[k] / 7;
  };
  auto turned = input;
  for (auto const* name : {"X", "theta"}) {
    auto& values = turned.sets[name].values;
    for (std::size_t at = 0; at < values.size(); at += kDim) mirror(std::span(values).subspan(at, kDim));
  }
  auto point = own_point(FirstStage::online, kDim);
  auto const about = examine_own_file(input);
  point.input = &about;
  std::optional<linalg::DenseMatrix> start;
  std::vector<double> overlaps[2];
  for (int k = 0; k < 2; ++k) {
    team_.set_input(k == 0 ? &input : &turned);
    team_.begin_trial({"turn\n", 0});
    TrialData const data(point, team_);
    auto const calibration = data.separate_labels(point);
    auto const transform = LabelTransform::calibrated(point, data.link(), calibration.y);
    SpreadWeights weights(point, data, comm_);
    if (start) {
      for (std::int64_t j = 0; j < start->columns(); ++j) mirror(start->column(j));
      weights.set_own_weights(start->view());
    }
    start = weights.own_weights();
    study::KeptWork work(team_, study::Length::brief, "test");
    spherical_descent(point, data, transform, weights, work);
    overlaps[k] = weights.overlaps();
  }
  for (std::size_t j = 0; j < overlaps[0].size(); ++j) EXPECT_NEAR(overlaps[1][j], overlaps[0][j], 1e-11);
  EXPECT_GT(*std::ranges::max_element(overlaps[0]), 0.5);
}

TEST_F(OwnDataTest, WithoutADirectionNothingIsSaidOfOverlaps) {
  auto input = own_rows(600, 6);
  input.sets.erase("theta");
  services_.wanted = {"overlaps", "learning_curve", "direction", "weights", "readout", "offpolicy_values"};
  auto const online = measure(own_point(FirstStage::online, 6), input);
  EXPECT_TRUE(std::isnan(online.overlap_mean) && std::isnan(online.signal1_hat));
  EXPECT_GT(online.ess1_frac, 0);
  EXPECT_TRUE(std::isfinite(online.offpolicy_value));
  EXPECT_FALSE(services_.artifacts.contains("overlaps"));
  EXPECT_FALSE(services_.artifacts.contains("learning_curve"));
  EXPECT_EQ(services_.artifacts["weights"].extents, (std::vector<std::int64_t>{6, 8}));
  EXPECT_EQ(services_.artifacts["offpolicy_values"].extents, (std::vector<std::int64_t>{25, 4}));
  EXPECT_THAT(ask(own_point(FirstStage::oracle, 6), input).refusal, HasSubstr("oracle needs /theta"));
}

TEST_F(OwnDataTest, AnswersOfThePoint) {
  auto input = own_rows(600, 6);
  auto const point = own_point(FirstStage::moment1, 6);
  auto const asked = ask(point, input);
  EXPECT_EQ(asked.refusal, "");
  EXPECT_THAT(asked.warnings, IsEmpty());
  for (auto const* name : {"link", "noise_std", "alpha1", "adm_tol", "n_eval"})
    EXPECT_THAT(asked.inert, Contains(name));
  for (auto const* name : {"split", "heldout_frac", "n1", "beta1", "weak_threshold"})
    EXPECT_THAT(asked.inert, Not(Contains(name)));
  EXPECT_THAT(trials::ask(experiment(), Parameters{}).inert, Contains("heldout_frac"));

  // Rows that are sorted by their label, and columns that are far from standard.
  auto sorted = input;
  std::ranges::sort(sorted.sets["y"].values);
  EXPECT_THAT(ask(point, sorted).warnings, Contains(HasSubstr("shuffle")));
  for (double& entry : input.sets["X"].values) entry = 3 + 2 * entry;
  EXPECT_THAT(ask(point, input).warnings, Contains(HasSubstr("standardize")));

  // Cost: what is drawn elsewhere is read.
  auto const about = examine_own_file(sorted);
  auto own = point;
  own.input = &about;
  for (std::size_t stage = 0; stage < 3; ++stage) {
    EXPECT_EQ(experiment().cost(stage, own, {1, 1e9}).normals, 0);
    EXPECT_GT(experiment().cost(stage, own, {1, 1e9}).bytes_per_rank, 1e7);
  }
  EXPECT_GT(experiment().cost(0, own, {1, 1e9}).bytes_streamed, 8 * 300 * 6.0);
}

}  // namespace
}  // namespace thresher::reward_single_index
