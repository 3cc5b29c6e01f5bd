#include "../validity.hpp"
#include "experiments/federated_lora/data/own_estimates.hpp"
#include "own_input.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace thresher::federated_lora {
namespace {

using namespace testing;

TEST(OwnData, FindsTheContaminatedAndLeavesRefinedEstimates) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  auto const input = made_input();
  trials::MemoryServices services;
  services.wanted = {"flags", "truth", "scores", "subspace", "common", "refined", "refined_adaptive"};
  team.set_input(&input);
  team.set_services(&services);
  auto const about = examine_estimates(input);
  auto const metrics = run_trial(own_point(about), team).metrics;
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
  EXPECT_EQ(about.adapters.front().d2, 4);
  EXPECT_EQ(about.adapters.front().factor_rank, 2);
  DenseMatrix estimate(5, 4);
  read_estimate(input, about.adapters.front(), 1, estimate.view());
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

/// What is refused of a file, with a change made to it.
std::string defect(trials::MemoryInput input, std::function<void(trials::MemoryInput&)> const& spoil) {
  spoil(input);
  try {
    examine_estimates(input);
  } catch (study::UserError const& error) {
    return error.what();
  }
  return "";
}

TEST(OwnData, DefectsOfModulesAreTold) {
  auto const expect = [](std::string const& what, std::function<void(trials::MemoryInput&)> const& spoil) {
    auto const text = defect(two_adapters(), spoil);
    EXPECT_NE(text.find(what), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  };
  EXPECT_EQ(defect(two_adapters(), [](auto&) {}), "");
  expect("/modules/value/estimate", [](auto& input) { input.sets.erase("modules/value/factor_b"); });
  expect("/modules/query/base", [](auto& input) { input.sets["modules/query/base"].extents = {7, 14}; });
  expect("/modules/value has 15 clients", [](auto& input) {
    input.sets["modules/value/factor_a"].extents[0] = input.sets["modules/value/factor_b"].extents[0] = 15;
  });
  expect("/clients/estimate and /modules/query", [](auto& input) {
    input.sets["clients/estimate"] = {{16, 2, 2}, std::vector<double>(64)};
  });
  expect("in /modules/query are equal", [](auto& input) {
    auto& values = input.sets["modules/query/estimate"].values;
    std::fill(values.begin(), values.end(), 2.0);
  });
  expect("/modules/value/noise holds -1", [](auto& input) {
    input.sets["modules/value/noise"] = {{16}, std::vector<double>(16, -1)};
  });
}

TEST(OwnData, ModulesFindTogetherWhatEachSeesInPart) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  auto const input = two_adapters();
  auto const about = examine_estimates(input);
  EXPECT_EQ(about.adapters.front().name, "query");
  EXPECT_EQ(about.adapters.back().factor_rank, 5);
  trials::MemoryServices services;
  for (auto const* name : {"flags", "truth", "scores", "subspace", "common", "refined", "adapter_shape",
                           "adapter_lambda", "adapter_gap", "adapter_rank", "adapter_scores",
                           "adapter_common", "adapter_refined", "adapter_refined_adaptive"})
    services.wanted.insert(name);
  team.set_input(&input);
  team.set_services(&services);
  auto const point = own_point(about);
  auto const metrics = run_trial(point, team).metrics;
  EXPECT_EQ(metrics.set_recovered, 1);
  EXPECT_TRUE(std::isnan(metrics.lambda_used));
  EXPECT_LT(metrics.duality_gap, 1e-6);
  auto const& left = services.artifacts;
  EXPECT_EQ(left.at("flags").values, left.at("truth").values);
  EXPECT_FALSE(left.contains("common") || left.contains("refined"));
  EXPECT_EQ(left.at("adapter_shape").values, (std::vector<double>{14, 7, 10, 6}));
  EXPECT_EQ(left.at("adapter_rank").extents, (std::vector<std::int64_t>{2}));
  EXPECT_EQ(left.at("subspace").extents, (std::vector<std::int64_t>{24, 2}));
  EXPECT_EQ(left.at("adapter_common").values.size(), 14 * 7 + 10 * 6);

  // The sum over modules of squared scores over their low quantile, anew.
  auto const& own = left.at("adapter_scores").values;
  std::vector<double> expected(16);
  for (int module = 0; module < 2; ++module) {
    std::vector<double> sorted;
    for (std::size_t k = 0; k < 16; ++k) {
      double const t = own[static_cast<std::size_t>(module) * 16 + k];
      sorted.push_back(t * t);
    }
    auto const squares = sorted;
    std::ranges::sort(sorted);
    double const quantile = sorted[1] + 0.5 * (sorted[2] - sorted[1]);  // 0.1 of 15 steps
    for (std::size_t k = 0; k < 16; ++k) expected[k] += squares[k] / quantile;
  }
  for (std::size_t k = 0; k < 16; ++k) {
    double const score = left.at("scores").values[k];
    EXPECT_NEAR(score * score, expected[k], 1e-10 * expected[k]);
  }
  // Alone, query takes the colluders of value for clean.
  for (std::size_t k = 2; k < 4; ++k) EXPECT_LT(own[k], 1.5 * own[8]);
  // A flagged client keeps its own.
  auto const& refined = left.at("adapter_refined");
  EXPECT_EQ(refined.extents, (std::vector<std::int64_t>{16, 158}));
  DenseMatrix estimate(10, 6);
  read_estimate(input, about.adapters.back(), 1, estimate.view());
  auto const row = row_major({estimate});
  for (std::size_t i = 0; i < 60; ++i) EXPECT_NEAR(refined.values[158 + 98 + i], row[i], 1e-12);
  EXPECT_FALSE(left.contains("adapter_refined_adaptive"));  // errors of value are not reported
}

TEST(OwnData, NeedsARankAndItsShapes) {
  Experiment const experiment;
  auto const input = made_input();
  auto const about = examine_estimates(input);
  auto const refusal = [&](Parameters const& point, trials::MemoryInput const& from) {
    auto const text = trials::ask(experiment, point, {}, &from).refusal;
    return text.substr(0, text.find(' '));
  };
  EXPECT_EQ(refusal(own_point(about), input), "");
  auto point = own_point(about);
  point.rank_fit = 0;
  EXPECT_EQ(refusal(point, input), "rank_fit");
  point = own_point(about);
  point.clients = 17;
  EXPECT_EQ(refusal(point, input), "clients");
  EXPECT_EQ(trials::ask(experiment, own_point(about)).refusal.substr(0, 6), "module");

  auto const several = two_adapters();
  auto const of_several = examine_estimates(several);
  EXPECT_EQ(refusal(own_point(of_several), several), "");
  point = own_point(of_several);
  point.rank_fit = 10;  // rows of the smaller
  EXPECT_EQ(refusal(point, several), "rank_fit");
  point = own_point(of_several);
  point.path_points = 3;
  EXPECT_EQ(refusal(point, several), "path_points");
}

}  // namespace
}  // namespace thresher::federated_lora
