#include "../services.hpp"
#include "../validity.hpp"
#include "experiments/group_matrix/data/own_matrix.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <string>

namespace thresher::group_matrix {
namespace {

using namespace testing;
using Input = trials::MemoryInput;

/// 24 x 10 in two blocks of rank 1 and two interleaved ones, 60 % observed; every 7th missing cell is tested.
struct Sample : Input {
  Sample() {
    std::mt19937_64 generator(2);
    std::normal_distribution<double> normal;
    std::vector<double> row, column, value, test_row, test_column, test_value, labels;
    std::vector<double> u(4 * 10);
    for (double& entry : u) entry = normal(generator);
    int missing = 0;
    for (int i = 0; i < 24; ++i) {
      double const a = normal(generator), b = normal(generator);
      labels.insert(labels.end(), {i / 12.0 < 1 ? 0.0 : 1.0, static_cast<double>(i % 2)});
      for (int j = 0; j < 10; ++j) {
        double const entry = a * u[static_cast<std::size_t>(i / 12 * 10 + j)] +
                             b * u[static_cast<std::size_t>((2 + i % 2) * 10 + j)];
        bool const is_seen = (7 * i + 3 * j) % 10 < 6;
        auto& rows = is_seen ? row : test_row;
        if (!is_seen && ++missing % 7 != 0) continue;
        rows.push_back(i);
        (is_seen ? column : test_column).push_back(j);
        (is_seen ? value : test_value).push_back(entry);
      }
    }
    auto const list = [](std::vector<double> const& values) {
      return DataSet{{static_cast<std::int64_t>(values.size())}, values};
    };
    sets["obs/row"] = list(row);
    sets["obs/col"] = list(column);
    sets["obs/value"] = list(value);
    sets["test/row"] = list(test_row);
    sets["test/col"] = list(test_column);
    sets["test/value"] = list(test_value);
    sets["labels"] = {{24, 2}, labels};
  }
  std::optional<std::vector<double>> numbers(std::string const&, std::string const& name) const override {
    return std::vector<double>{name == "n_rows" ? 24.0 : 10.0};
  }
};

Parameters own() {
  Parameters point;
  point.tuning = Tuning::fixed;
  point.lambda_fraction = 0.05;
  return point;
}

TEST(OwnData, AreExamined) {
  auto const about = examine_own_matrix(Sample());
  EXPECT_EQ(about.rows, 24);
  EXPECT_EQ(about.columns, 10);
  EXPECT_EQ(about.observed, 144);
  EXPECT_EQ(about.group_sizes, (std::vector<std::int64_t>{12, 12, 12, 12}));
  EXPECT_EQ(about.tests, 13);
  EXPECT_TRUE(about.is_crossed);
  EXPECT_FALSE(about.is_partition);
}

TEST(OwnData, DenseAndListedAreTheSame) {
  Sample listed;
  Sample dense;
  std::vector<double> y(240, std::nan(""));
  for (std::size_t k = 0; k < listed.sets["obs/row"].values.size(); ++k)
    y[static_cast<std::size_t>(10 * listed.sets["obs/row"].values[k] + listed.sets["obs/col"].values[k])] =
        listed.sets["obs/value"].values[k];
  struct WithGaps : Sample {
    std::vector<double> read_with_missing(std::string const& name, mpi::Range rows,
                                          mpi::Range columns) const override {
      auto const& values = sets.at(name).values;
      std::int64_t const width = sets.at(name).extents[1];
      std::vector<double> part;
      for (auto i = rows.begin; i < rows.end; ++i)
        for (auto j = columns.begin; j < columns.end; ++j)
          part.push_back(values[static_cast<std::size_t>(i * width + j)]);
      return part;
    }
  } gaps;
  gaps.sets["Y"] = {{24, 10}, y};
  // Lists of rows instead of labels: the same groups.
  gaps.sets.erase("labels");
  std::vector<double> index;
  for (int i = 0; i < 24; ++i) index.push_back(i);
  for (int parity = 0; parity < 2; ++parity)
    for (int i = parity; i < 24; i += 2) index.push_back(i);
  gaps.sets["groups/ptr"] = {{5}, {0, 12, 24, 36, 48}};
  gaps.sets["groups/index"] = {{48}, index};

  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  trials::MemoryServices services;
  services.wanted = {"imputed", "subspaces", "estimate_values", "group_test_error"};
  team.set_services(&services);
  team.set_input(&listed);
  auto const a = run_trial(own(), team);
  auto const imputed = services.artifacts["imputed"];
  EXPECT_EQ(imputed.extents, (std::vector<std::int64_t>{24, 10}));
  EXPECT_EQ(services.artifacts["subspaces"].extents, (std::vector<std::int64_t>{4, 10, 10}));
  team.set_input(&gaps);
  auto const b = run_trial(own(), team);
  EXPECT_EQ(a.test_error, b.test_error);
  EXPECT_EQ(a.objective, b.objective);
  EXPECT_EQ(imputed.values, services.artifacts["imputed"].values);
  EXPECT_LT(a.test_error, 1);
  EXPECT_TRUE(std::isnan(a.subspace_dist));
  EXPECT_GT(a.test_rmse, 0);
  // The error of the imputed cells is the one that is told.
  double error = 0, truth = 0;
  for (std::size_t k = 0; k < listed.sets["test/row"].values.size(); ++k) {
    double const value = listed.sets["test/value"].values[k];
    double const guess = imputed.values[static_cast<std::size_t>(10 * listed.sets["test/row"].values[k] +
                                                                 listed.sets["test/col"].values[k])];
    error += (guess - value) * (guess - value);
    truth += value * value;
  }
  EXPECT_NEAR(a.test_error, std::sqrt(error / truth), 1e-12);
}

TEST(OwnData, AreCompletedByEveryMethodThatNeedsNoTruth) {
  Sample const sample;
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  team.set_input(&sample);
  for (auto const method : {Estimator::game, Estimator::global, Estimator::separate, Estimator::side_info}) {
    auto point = own();
    point.method = method;
    auto const measured = run_trial(point, team);
    EXPECT_LT(measured.test_error, 1.2);
    EXPECT_EQ(measured.converged, 1);
  }
  auto point = own();
  point.method = Estimator::game;
  point.solver = Solver::prox_avg;
  EXPECT_LT(run_trial(point, team).test_error, 1.2);
}

TEST(OwnData, NeedNoTestCells) {
  Sample sample;
  for (auto const* list : {"test/row", "test/col", "test/value"}) sample.sets.erase(list);
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  trials::MemoryServices services;
  services.wanted = {"imputed", "group_test_error"};
  team.set_services(&services);
  team.set_input(&sample);
  auto point = own();
  point.tuning = Tuning::validation;
  auto const measured = run_trial(point, team);
  EXPECT_TRUE(std::isnan(measured.test_error));
  EXPECT_GT(measured.val_error, 0);
  EXPECT_TRUE(services.artifacts.contains("imputed"));
  EXPECT_FALSE(services.artifacts.contains("group_test_error"));
}

TEST(OwnData, DefectsAreNamed) {
  auto const expect = [](std::string const& words, std::function<void(Sample&)> const& spoil) {
    Sample sample;
    spoil(sample);
    try {
      examine_own_matrix(sample);
      FAIL() << "not refused: " << words;
    } catch (study::UserError const& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  expect("needs /Y", [](Sample& s) { s.sets.erase("obs/value"); });
  expect("needs /labels", [](Sample& s) { s.sets.erase("labels"); });
  expect("in no group", [](Sample& s) { s.sets["labels"].values[6] = s.sets["labels"].values[7] = -1; });
  expect("has no row", [](Sample& s) {
    for (double& level : s.sets["labels"].values)
      if (level == 1) level = 2;
  });
  expect("twice", [](Sample& s) {
    s.sets["obs/row"].values[1] = s.sets["obs/row"].values[0];
    s.sets["obs/col"].values[1] = s.sets["obs/col"].values[0];
  });
  expect("allowed are integers from 0 to 9", [](Sample& s) { s.sets["obs/col"].values[4] = 10; });
  expect("at least two different values", [](Sample& s) {
    for (double& value : s.sets["obs/value"].values) value = 0.1;
  });
  expect("has 20 rows", [](Sample& s) {
    s.sets["labels"].extents[0] = 20;
    s.sets["labels"].values.resize(40);
  });
  expect("/weights", [](Sample& s) { s.sets["weights"] = {{3}, {1, 1, 1}}; });
  expect("more than 0", [](Sample& s) { s.sets["weights"] = {{2}, {1, 0}}; });
}

TEST(OwnData, WhatNeedsTheTruthIsRefused) {
  Sample const sample;
  auto const refused = [&](std::function<void(Parameters&)> const& change) {
    auto point = own();
    point.n_rows = 24;
    point.n_cols = 10;
    change(point);
    auto const text = trials::ask(experiment(), point, {}, &sample).refusal;
    return text.substr(0, text.find(' '));
  };
  EXPECT_EQ(refused([](Parameters&) {}), "");
  EXPECT_EQ(refused([](Parameters& p) { p.method = Estimator::oracle; }), "method");
  EXPECT_EQ(refused([](Parameters& p) { p.method = Estimator::spectral_group; }), "method");
  EXPECT_EQ(refused([](Parameters& p) { p.tuning = Tuning::oracle; }), "tuning");
  EXPECT_EQ(refused([](Parameters& p) { p.tuning = Tuning::universal; }), "tuning");
  EXPECT_EQ(refused([](Parameters& p) { p.n_rows = 23; }), "n_rows");
}

}  // namespace
}  // namespace thresher::group_matrix
