#include "../own_input.hpp"
#include "../trial.hpp"
#include "experiments/federated_lora/data/client_data.hpp"
#include "experiments/federated_lora/data/rank_truncation.hpp"
#include "experiments/federated_lora/data/stack_passes.hpp"
#include "experiments/federated_lora/model/sizes.hpp"
#include "linalg/singular_values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::federated_lora {
namespace {

using namespace testing;

TEST(RankTruncation, ASketchLeavesLittleMoreThanTheBestApproximation) {
  std::mt19937_64 generator(3);
  auto a = product(gaussian(300, 4, generator), gaussian(4, 280, generator));
  auto const exact = a;
  for (double& entry : a.values()) entry += 0.5 * std::normal_distribution<double>()(generator);
  DenseMatrix left(300, 6), right(280, 6);
  auto const remainder = [&](DenseMatrix const& of) {
    return distance(of, product(left, right, Transpose::no, Transpose::yes));
  };
  sketched_factors(a.view(), gaussian(280, 14, generator), left.view(), right.view());
  double const sketched = remainder(a);
  auto spoilt = a;
  leading_factors(spoilt.view(), left.view(), right.view());
  double const best = remainder(a);
  EXPECT_GE(sketched, best * (1 - 1e-12));
  EXPECT_LT(sketched, 1.002 * best);
  // Four directions are all there is: it is exact.
  DenseMatrix few(300, 4), few_right(280, 4);
  sketched_factors(exact.view(), gaussian(280, 12, generator), few.view(), few_right.view());
  EXPECT_LT(distance(exact, product(few, few_right, Transpose::no, Transpose::yes)), 1e-10);
  auto const gram = product(few_right, few_right, Transpose::yes);
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 4; ++j) EXPECT_NEAR(gram(i, j), i == j, 1e-12);
}

/// Seven matrices of 20 x 16 of rank 2.
ClientStack factored_stack() {
  std::mt19937_64 generator(6);
  auto stack = ClientStack::factored(alone(), 7, 20, 16, 2);
  for (std::size_t k = 0; k < 7; ++k) {
    std::ranges::copy(gaussian(20, 2, generator).values(), stack.left().at(stack.left().pieces()[k]).data);
    std::ranges::copy(frame(16, 2, generator).values(), stack.right().at(stack.right().pieces()[k]).data);
  }
  return stack;
}

TEST(FactorStorage, PassesAreThoseOfTheWholeMatrices) {
  auto const stack = factored_stack();
  auto const whole = expanded(stack);
  EXPECT_FALSE(whole.is_factored());
  std::mt19937_64 generator(2);
  std::vector<double> const weights{1, 0, 0.5, 2, -1, 0.1, 3};
  EXPECT_LT(distance(weighted_sum(stack, weights), weighted_sum(whole, weights)), 1e-12);
  auto const u = frame(20, 3, generator);
  for (auto const& centre : {DenseMatrix(20, 16), gaussian(20, 16, generator)}) {
    auto const a = distances(stack, centre), b = distances(whole, centre);
    auto const near = residuals(stack, centre, u), expected = residuals(whole, centre, u);
    for (std::size_t k = 0; k < 7; ++k) {
      EXPECT_NEAR(a[k], b[k], 1e-12 * b[k]);
      EXPECT_NEAR(near.norms[k], expected.norms[k], 1e-12 * b[k]);
      EXPECT_NEAR(near.off_subspace[k], expected.off_subspace[k], 1e-12 * b[k]);
    }
    auto const of_factors = leading_left_vectors({stack, centre, weights}, 3);
    auto const of_whole = leading_left_vectors({whole, centre, weights}, 3);
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_NEAR(of_factors.singular_values[k], of_whole.singular_values[k],
                  1e-11 * of_whole.singular_values[0]);
    EXPECT_LT(distance(gram({stack, centre, weights}), gram({whole, centre, weights})), 1e-10);
  }
}

/// The same estimates, stored as factors or whole: what a trial finds is the same.
TEST(FactorStorage, ATrialFindsWhatItFindsOfWholeMatrices) {
  std::mt19937_64 generator(8);
  auto const both = frame(40, 4, generator);
  std::vector<DenseMatrix> left, right, estimates;
  for (int k = 0; k < 12; ++k) {
    auto a = gaussian(40, 4, generator);
    for (double& entry : a.values()) entry *= 0.02;
    for (std::int64_t i = 0; i < 40; ++i)
      for (std::int64_t j = 0; j < 2; ++j) a(i, j) += (k < 3 ? 2 : 1) * both(i, j + (k < 3 ? 2 : 0));
    left.push_back(a);
    right.push_back(gaussian(36, 4, generator));
    estimates.push_back(product(left.back(), right.back(), Transpose::no, Transpose::yes));
  }
  trials::MemoryInput factors, matrices;
  factors.sets["clients/factor_a"] = {{12, 40, 4}, row_major(left)};
  factors.sets["clients/factor_b"] = {{12, 36, 4}, row_major(right)};
  matrices.sets["clients/estimate"] = {{12, 40, 36}, row_major(estimates)};
  auto const comm = mpi::Communicator::self();
  for (auto const centering : {Centering::none, Centering::common}) {
    auto const run = [&](trials::MemoryInput& input, trials::MemoryServices& services) {
      std::vector<double> truth(12, 0.0);
      std::fill_n(truth.begin(), 3, 1.0);
      input.sets["clients/truth"] = {{12}, truth};
      auto const about = examine_estimates(input);
      auto point = own_point(about);
      point.centering = centering;
      point.admm_tol = 1e-9;
      EXPECT_EQ(stores_factors(point, known_rank(point, &about.adapters.front()), 1),
                about.adapters.front().factor_rank > 0);
      study::Team team(comm);
      services.wanted = {"scores", "refined", "common"};
      team.set_input(&input);
      team.set_services(&services);
      return run_trial(point, team).metrics;
    };
    trials::MemoryServices of_factors, of_matrices;
    auto const a = run(factors, of_factors), b = run(matrices, of_matrices);
    EXPECT_EQ(a.set_recovered, 1);
    EXPECT_NEAR(a.objective, b.objective, 1e-8 * b.objective);
    EXPECT_NEAR(a.lambda_used, b.lambda_used, 1e-10);
    EXPECT_EQ(a.convex_rank, b.convex_rank);
    for (auto const* name : {"scores", "refined", "common"}) {
      auto const& x = of_factors.artifacts.at(name).values;
      auto const& y = of_matrices.artifacts.at(name).values;
      ASSERT_EQ(x.size(), y.size());
      for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], y[i], 1e-9) << name;
    }
  }
}

/// Coordinates in U give what the stack of the clients' parameters gives.
TEST(FactorStorage, TheExactLevelNeedsNoStack) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  team.begin_trial({"test\n", 0});
  auto point = small();
  point.condition = 3;
  ClientData const short_way(point, Transformer{}, team);
  point.heterogeneity = 1e-9;
  ClientData const by_stack(point, Transformer{}, team);
  EXPECT_NEAR(short_way.levels().exact_benign, by_stack.levels().exact_benign, 1e-7);
  EXPECT_GT(short_way.levels().exact_benign, short_way.levels().benign * 0.5);
}

}  // namespace
}  // namespace thresher::federated_lora
