#include "experiments/implicit_regularization/data/own_snapshots.hpp"

#include "../estimators/random_vectors.hpp"
#include "../trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>

namespace thresher::implicit_regularization {
namespace {

using namespace testing;

constexpr std::int64_t kRows = 60, kInputs = 3, kUnits = 4, kSnapshots = 2;
constexpr std::int64_t kParameters = kUnits * (kInputs + 1) + kUnits + 1;

/// Two snapshots of a tanh network with biases.
struct Snapshots : trials::MemoryInput {
  Snapshots() {
    sets["X"] = {{kRows, kInputs}, normals(kRows * kInputs, 1)};
    sets["y"] = {{kRows}, normals(kRows, 2)};
    sets["theta"] = {{kSnapshots, kParameters}, normals(kSnapshots * kParameters, 3)};
    numbers_of["layers"] = {kInputs, kUnits, 1};
    numbers_of["bias"] = {1};
    texts["activation"] = "tanh";
    texts["loss"] = "squared";
  }
  std::optional<std::vector<double>> numbers(std::string const&, std::string const& name) const override {
    auto const found = numbers_of.find(name);
    return found == numbers_of.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::string> text(std::string const&, std::string const& name) const override {
    auto const found = texts.find(name);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  }

  std::map<std::string, std::vector<double>> numbers_of;
  std::map<std::string, std::string> texts;
};

/// One trial on the user's file, as the engine asks for it.
struct Analysis {
  Metrics metrics;
  trials::MemoryServices services;

  Analysis(Snapshots const& input, std::function<void(Parameters&)> const& change) {
    auto const comm = mpi::Communicator::self();
    study::Team team(comm);
    services.wanted = {"coefficient_errors", "cosines", "block_coefficients", "layer_coefficients"};
    team.set_services(&services);
    team.set_input(&input);
    Parameters point;
    auto const facts = trials::facts_of(experiment(), experiment().values_of(point), &input);
    point = experiment().typed(experiment().values_of(point), facts.get());
    experiment().adopt_input(point);
    change(point);
    // What the file decides has no influence, so the engine computes with its defaults.
    Parameters const usual;
    point.model = usual.model;
    point.n = usual.n;
    point.d = usual.d;
    point.width = usual.width;
    point.activation = usual.activation;
    point.bias = usual.bias;
    point.loss = usual.loss;
    point.modification = usual.modification;
    point.observation = usual.observation;
    metrics = trials::run_trial(experiment(), point, team, 0);
  }
};

/// -grad L of the network at a snapshot, by central differences.
std::vector<double> negative_gradient(Snapshots const& input, std::size_t snapshot) {
  auto const& x = input.sets.at("X").values;
  auto const& y = input.sets.at("y").values;
  auto const& all = input.sets.at("theta").values;
  std::vector<double> theta(all.begin() + static_cast<std::ptrdiff_t>(snapshot * kParameters),
                            all.begin() + static_cast<std::ptrdiff_t>((snapshot + 1) * kParameters));
  auto const loss = [&] {
    double sum = 0;
    for (std::size_t i = 0; i < kRows; ++i) {
      double f = theta[kParameters - 1];
      for (std::size_t k = 0; k < kUnits; ++k) {
        double z = theta[kUnits * kInputs + k];
        for (std::size_t j = 0; j < kInputs; ++j) z += theta[k * kInputs + j] * x[i * kInputs + j];
        f += theta[kUnits * (kInputs + 1) + k] * std::tanh(z);
      }
      sum += (f - y[i]) * (f - y[i]) / 2 / kRows;
    }
    return sum;
  };
  std::vector<double> gradient;
  for (double& entry : theta) {
    double const at = entry;
    entry = at + 1e-5;
    double const above = loss();
    entry = at - 1e-5;
    gradient.push_back(-(above - loss()) / 2e-5);
    entry = at;
  }
  return gradient;
}

TEST(OwnSnapshots, AreExamined) {
  auto const own = examine_own_snapshots(Snapshots());
  EXPECT_EQ(own.layers, (std::vector<std::int64_t>{3, 4, 1}));
  EXPECT_EQ(own.snapshots, 2);
  EXPECT_EQ(own.parameters, 21);
  EXPECT_EQ(own.rows, 60);
  EXPECT_EQ(own.activation, Activation::tanh);
  EXPECT_TRUE(own.has_biases);
  EXPECT_FALSE(own.has_next);
  EXPECT_FALSE(own.has_start);
}

TEST(OwnSnapshots, AreReadInPieces) {
  Snapshots const input;
  OwnEntries const entries{kParameters, {{2, 3, 0}, {17, 4, 1}}};
  auto const own = read_own_entries(input, "theta", 1, entries);
  auto const& all = input.sets.at("theta").values;
  ASSERT_EQ(own.size(), 7);
  EXPECT_EQ(own[0], all[kParameters + 2]);
  EXPECT_EQ(own[3], all[kParameters + 17]);
  EXPECT_EQ(own[6], all[kParameters + 20]);
  linalg::DenseMatrix x;
  std::vector<double> y;
  read_own_rows(input, examine_own_snapshots(input), x, y);
  EXPECT_EQ(x.rows(), kInputs);
  EXPECT_EQ(x.columns(), kRows);
  EXPECT_EQ(x(1, 7), input.sets.at("X").values[7 * kInputs + 1]);
  EXPECT_EQ(y, input.sets.at("y").values);
}

TEST(OwnSnapshots, GiveTheSameAsTheirGradientsInAFile) {
  Snapshots const with_rows;
  Snapshots with_gradient = with_rows;
  with_gradient.sets.erase("X");
  with_gradient.sets.erase("y");
  std::vector<double> gradients;
  for (std::size_t snapshot = 0; snapshot < 2; ++snapshot) {
    auto const one = negative_gradient(with_rows, snapshot);
    gradients.insert(gradients.end(), one.begin(), one.end());
  }
  with_gradient.sets["neg_loss_grad"] = {{kSnapshots, kParameters}, gradients};
  auto const ols = [](Parameters& point) { point.fit = Fit::ols; };
  Analysis const by_rows(with_rows, ols), by_gradient(with_gradient, ols);
  EXPECT_NEAR(by_rows.metrics.coef_l2, by_gradient.metrics.coef_l2, 1e-7);
  EXPECT_NEAR(by_rows.metrics.r2_path, by_gradient.metrics.r2_path, 1e-7);
  EXPECT_NEAR(by_rows.metrics.joint_coef_l1, by_gradient.metrics.joint_coef_l1, 1e-7);
  EXPECT_TRUE(std::isnan(by_gradient.metrics.coef_dropout));
  EXPECT_FALSE(std::isnan(by_rows.metrics.coef_dropout));
  EXPECT_GT(by_rows.metrics.train_loss, 0);
  EXPECT_TRUE(std::isnan(by_rows.metrics.coef_ratio));
  EXPECT_EQ(by_rows.services.artifacts.at("layer_coefficients").extents, (std::vector<std::int64_t>{2}));
  // The fit itself, from the numbers in the file.
  auto const& theta = with_rows.sets.at("theta").values;
  EXPECT_NEAR(by_gradient.metrics.coef_l2, dot(theta, gradients) / dot(theta, theta), 1e-12);
}

TEST(OwnSnapshots, AnUpdateIsComparedWithTheGradient) {
  Snapshots const plain;
  Snapshots next = plain;
  // One step of weight decay: the deviation is -0.3 theta, so that l2 is 0.3 and explains all.
  auto& moved = next.sets["theta_next"];
  moved = next.sets["theta"];
  for (std::size_t snapshot = 0; snapshot < 2; ++snapshot) {
    auto const gradient = negative_gradient(plain, snapshot);
    for (std::size_t j = 0; j < kParameters; ++j) {
      double& entry = moved.values[snapshot * kParameters + j];
      entry += 0.1 * (gradient[j] - 0.3 * entry);
    }
  }
  next.numbers_of["eta"] = {0.1};
  Analysis const analysis(next, [](Parameters& point) { point.fit = Fit::nnls; });
  EXPECT_NEAR(analysis.metrics.coef_l2, 0.3, 1e-6);
  EXPECT_NEAR(analysis.metrics.r2_l2, 1, 1e-9);
  EXPECT_NEAR(analysis.metrics.joint_coef_l2, 0.3, 1e-6);
  EXPECT_NEAR(analysis.metrics.exponent_hat, 2, 1e-4);
}

TEST(OwnSnapshots, StandardErrorsAreThoseOfRowsLeftOut) {
  Snapshots const input;
  Analysis const analysis(input, [](Parameters& point) { point.fit = Fit::ols; });
  auto const& errors = analysis.services.artifacts.at("coefficient_errors");
  ASSERT_EQ(errors.extents, (std::vector<std::int64_t>{11, 2}));
  std::vector<double> left_out;
  for (std::int64_t part = 0; part < 10; ++part) {
    Snapshots rest = input;
    auto& x = rest.sets["X"];
    auto& y = rest.sets["y"];
    x.values.erase(x.values.begin() + part * 6 * kInputs, x.values.begin() + (part + 1) * 6 * kInputs);
    y.values.erase(y.values.begin() + part * 6, y.values.begin() + (part + 1) * 6);
    x.extents[0] = y.extents[0] = kRows - 6;
    Analysis const without(rest, [](Parameters& point) { point.fit = Fit::ols; });
    left_out.push_back(without.metrics.coef_dropout);
  }
  double mean = 0, squares = 0;
  for (double const each : left_out) mean += each / 10;
  for (double const each : left_out) squares += (each - mean) * (each - mean);
  auto const dropout_row = static_cast<std::size_t>(Candidate::dropout) - 1;
  EXPECT_NEAR(errors.values[2 * dropout_row], std::sqrt(0.9 * squares), 1e-9);
  auto const gradnorm_row = static_cast<std::size_t>(Candidate::gradnorm) - 1;
  EXPECT_TRUE(std::isnan(errors.values[2 * gradnorm_row]));
}

TEST(OwnSnapshots, CosinesAreThoseOfTheFits) {
  Snapshots const input;
  Analysis const analysis(input, [](Parameters& point) { point.fit = Fit::ols; });
  auto const& cosines = analysis.services.artifacts.at("cosines");
  ASSERT_EQ(cosines.extents, (std::vector<std::int64_t>{12, 12}));
  auto const l2 = static_cast<std::size_t>(Candidate::l2) - 1;
  EXPECT_NEAR(cosines.values[l2 * 12 + l2], 1, 1e-14);
  EXPECT_NEAR(cosines.values[l2 * 12 + 11] * cosines.values[l2 * 12 + 11], analysis.metrics.r2_l2, 1e-12);
}

TEST(OwnSnapshots, DefectsAreNamed) {
  auto const expect = [](std::string const& words, std::function<void(Snapshots&)> const& spoil) {
    Snapshots input;
    spoil(input);
    try {
      examine_own_snapshots(input);
      FAIL() << "not refused: " << words;
    } catch (study::UserError const& error) {
      std::string const text = error.what();
      EXPECT_NE(text.find(words), std::string::npos) << text;
      EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    }
  };
  expect("needs /theta", [](Snapshots& s) { s.sets.erase("theta"); });
  expect("attribute layers", [](Snapshots& s) { s.numbers_of.erase("layers"); });
  expect("allowed are integers", [](Snapshots& s) { s.numbers_of["layers"] = {3, 4.5, 1}; });
  expect("1 output", [](Snapshots& s) { s.numbers_of["layers"] = {3, 4, 2}; });
  expect("21 parameters", [](Snapshots& s) { s.sets["theta"] = {{1, 20}, normals(20, 4)}; });
  expect("attribute activation = sine", [](Snapshots& s) { s.texts["activation"] = "sine"; });
  expect("attribute loss", [](Snapshots& s) { s.texts.erase("loss"); });
  expect("attribute bias", [](Snapshots& s) { s.numbers_of["bias"] = {2}; });
  expect("/X has 2 columns", [](Snapshots& s) { s.sets["X"] = {{90, 2}, normals(180, 4)}; });
  expect("/y", [](Snapshots& s) { s.sets.erase("y"); });
  expect("/y has extents (59)", [](Snapshots& s) { s.sets["y"] = {{59}, normals(59, 4)}; });
  expect("not finite", [](Snapshots& s) { s.sets["theta"].values[5] = std::nan(""); });
  expect("not finite", [](Snapshots& s) { s.sets["X"].values[0] = HUGE_VAL; });
  expect("allowed with loss = logistic are 0 and 1", [](Snapshots& s) { s.texts["loss"] = "logistic"; });
  expect("needs /X and /y, or /neg_loss_grad", [](Snapshots& s) { s.sets.erase("X"); });
  expect("both", [](Snapshots& s) { s.sets["neg_loss_grad"] = s.sets["theta"]; });
  expect("attribute eta", [](Snapshots& s) { s.sets["theta_next"] = s.sets["theta"]; });
  expect("/theta0 has extents (20)", [](Snapshots& s) { s.sets["theta0"] = {{20}, normals(20, 4)}; });
  expect("append a column of ones", [](Snapshots& s) { s.numbers_of["layers"] = {3, 1}; });
}

}  // namespace
}  // namespace thresher::implicit_regularization
