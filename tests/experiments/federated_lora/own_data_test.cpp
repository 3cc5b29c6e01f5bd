#include "../services.hpp"
#include "../validity.hpp"
#include "experiments/federated_lora/data/own_estimates.hpp"
#include "stacks.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace thresher::federated_lora {
namespace {

using namespace testing;

std::vector<double> row_major(std::vector<DenseMatrix> const& blocks) {
  std::vector<double> values;
  for (auto const& block : blocks)
    for (std::int64_t i = 0; i < block.rows(); ++i)
      for (std::int64_t j = 0; j < block.columns(); ++j) values.push_back(block(i, j));
  return values;
}

/// 16 clients of 14 x 7, the first 4 colluding, on top of a base.
trials::MemoryInput made_input() {
  auto blocks = noisy_blocks(16, 4, 0.05, 1);
  std::mt19937_64 generator(9);
  auto const base = gaussian(14, 7, generator);
  for (auto& block : blocks)
    for (std::size_t i = 0; i < 98; ++i) block.values()[i] += base.values()[i];
  trials::MemoryInput input;
  input.sets["clients/estimate"] = {{16, 14, 7}, row_major(blocks)};
  input.sets["base"] = {{14, 7}, row_major({base})};
  std::vector<double> truth(16, 0.0);
  std::fill_n(truth.begin(), 4, 1.0);
  input.sets["clients/truth"] = {{16}, truth};
  input.sets["clients/noise"] = {{16}, std::vector<double>(16, 0.5)};
  return input;
}

Parameters own() {
  Parameters point;
  point.module = Module::input;
  point.clients = 16;
  point.d1 = 14;
  point.d2 = 7;
  point.rank_fit = 2;
  return point;
}

TEST(OwnData, FindsTheContaminatedAndLeavesRefinedEstimates) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  auto const input = made_input();
  trials::MemoryServices services;
  services.wanted = {"flags", "truth", "scores", "subspace", "common", "refined", "refined_adaptive"};
  team.set_input(&input);
  team.set_services(&services);
  auto const metrics = run_trial(own(), team).metrics;
  EXPECT_EQ(metrics.tpr, 1);
  EXPECT_EQ(metrics.fpr, 0);
  EXPECT_TRUE(std::isnan(metrics.mse_clair));
  EXPECT_LT(metrics.duality_gap, 1e-6);
  EXPECT_EQ(services.artifacts.at("flags").values, services.artifacts.at("truth").values);
  auto const& refined = services.artifacts.at("refined");
  EXPECT_EQ(refined.extents, (std::vector<std::int64_t>{16, 14, 7}));
  // A flagged client keeps its own, less the base.
  auto const blocks = row_major(noisy_blocks(16, 4, 0.05, 1));
  for (std::size_t i = 0; i < 4 * 98; ++i) EXPECT_NEAR(refined.values[i], blocks[i], 1e-12);
  double moved = 0;
  for (std::size_t i = 4 * 98; i < blocks.size(); ++i)
    moved = std::max(moved, std::abs(refined.values[i] - blocks[i]));
  EXPECT_GT(moved, 0.01);
  EXPECT_LT(moved, 0.3);
  EXPECT_EQ(services.artifacts.at("refined_adaptive").values.size(), blocks.size());
}

TEST(OwnData, FactorsAreTheirProducts) {
  std::mt19937_64 generator(2);
  trials::MemoryInput input;
  std::vector<DenseMatrix> left, right;
  for (int k = 0; k < 3; ++k) {
    left.push_back(gaussian(5, 2, generator));
    right.push_back(gaussian(4, 2, generator));
  }
  input.sets["clients/factor_a"] = {{3, 5, 2}, row_major(left)};
  input.sets["clients/factor_b"] = {{3, 4, 2}, row_major(right)};
  auto const about = examine_estimates(input);
  EXPECT_EQ(about.d2, 4);
  EXPECT_EQ(about.factor_rank, 2);
  DenseMatrix estimate(5, 4);
  read_estimate(input, about, 1, estimate.view());
  EXPECT_LT(distance(estimate, product(left[1], right[1], Transpose::no, Transpose::yes)), 1e-14);
}

TEST(OwnData, DefectsAreTold) {
  auto const expect = [](std::string const& what, std::function<void(trials::MemoryInput&)> const& spoil) {
    auto input = made_input();
    spoil(input);
    try {
      examine_estimates(input);
      ADD_FAILURE() << what;
    } catch (study::UserError const& error) {
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
    }
  };
  expect("clients/estimate", [](auto& input) { input.sets.erase("clients/estimate"); });
  expect("3", [](auto& input) { input.sets["clients/estimate"].extents = {16, 98}; });
  expect("base", [](auto& input) { input.sets["base"].extents = {7, 14}; });
  // Written in the other order of dimensions.
  expect("reverse order", [](auto& input) { input.sets["clients/estimate"].extents = {7, 14, 16}; });
  expect("are equal", [](auto& input) {
    auto& values = input.sets["clients/estimate"].values;
    for (std::size_t k = 98; k < values.size(); ++k) values[k] = values[k - 98];
  });
  expect("truth", [](auto& input) { input.sets["clients/truth"].values[3] = 0.5; });
  expect("noise", [](auto& input) { input.sets["clients/noise"].values[3] = -1; });
  expect("finite", [](auto& input) { input.sets["clients/estimate"].values[50] = NAN; });
}

TEST(OwnData, NeedsARankAndItsShapes) {
  Experiment const experiment;
  auto const input = made_input();
  auto const refusal = [&](Parameters const& point) {
    auto const text = trials::ask(experiment, point, {}, &input).refusal;
    return text.substr(0, text.find(' '));
  };
  EXPECT_EQ(refusal(own()), "");
  auto point = own();
  point.rank_fit = 0;
  EXPECT_EQ(refusal(point), "rank_fit");
  point = own();
  point.clients = 17;
  EXPECT_EQ(refusal(point), "clients");
  EXPECT_EQ(trials::ask(experiment, own()).refusal.substr(0, 6), "module");
}

}  // namespace
}  // namespace thresher::federated_lora
