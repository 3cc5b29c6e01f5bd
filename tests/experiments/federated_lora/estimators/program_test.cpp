#include "../stacks.hpp"
#include "experiments/federated_lora/data/factor_blocks.hpp"
#include "experiments/federated_lora/estimators/block_price.hpp"
#include "linalg/singular_values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

namespace thresher::federated_lora {
namespace {

using namespace testing;

ClairSettings settings(double lambda, double tolerance = 1e-6) {
  ClairSettings all;
  all.price.lambda = lambda;
  all.tolerance = tolerance;
  return all;
}

DenseMatrix thresholded(DenseMatrix a, double threshold) {
  auto const rank = std::min(a.rows(), a.columns());
  DenseMatrix u(a.rows(), rank), vt(rank, a.columns());
  std::vector<double> values(static_cast<std::size_t>(rank));
  linalg::gesdd(a.view(), values, u.view(), vt.view());
  for (std::int64_t k = 0; k < rank; ++k)
    for (double& entry : u.column(k)) entry *= std::max(values[static_cast<std::size_t>(k)] - threshold, 0.0);
  return product(u, vt);
}

TEST(ClairProgram, FlatBlocksHaveTheClosedForm) {
  auto const stack = stack_of(alone(), flat_blocks());
  for (double const lambda : {0.45, 0.55, 0.7, 0.95, 1.05}) {
    auto at = settings(lambda, 1e-9);
    at.common = ClairSettings::CommonPart::zero;
    auto const solution = solve_clair(stack, at);
    double const expected = std::min(2 * std::sqrt(8.0), 8 * lambda * std::sqrt(2.0)) +
                            std::min(6 * std::sqrt(2.0), 6 * lambda * std::sqrt(2.0));
    EXPECT_TRUE(solution.converged);
    EXPECT_NEAR(solution.objective, expected, 1e-6);
    EXPECT_LT(solution.duality_gap, 1e-7);
    std::int64_t const rank = lambda < 0.5 ? 0 : lambda < 1 ? 2 : 4;
    EXPECT_EQ(solution.low_rank.rank(), rank) << lambda;
    for (std::size_t k = 0; k < 10; ++k) {
      double const block =
          k < 8 ? (lambda < 0.5 ? std::sqrt(2.0) : 0) : (lambda < 1 ? 3 * std::sqrt(2.0) : 0);
      EXPECT_NEAR(solution.block_norms[k], block, 1e-6) << lambda << " " << k;
    }
  }
  // The values of the specification's closed form, once as numbers.
  auto at = settings(0.95, 1e-9);
  at.common = ClairSettings::CommonPart::zero;
  EXPECT_NEAR(solve_clair(stack, at).objective, 13.717872, 1e-6);
}

// Each price from where the one before ended: every solution is that of its own program.
TEST(ClairProgram, PathsHaveTheClosedFormToo) {
  auto const stack = stack_of(alone(), flat_blocks());
  auto all = settings(1, 1e-9);
  all.common = ClairSettings::CommonPart::zero;
  std::vector<double> const lambdas{0.45, 0.55, 0.7, 0.95, 1.05, 0.45};
  std::vector<double> const objectives{8.909545, 10.323759, 11.596551, 13.717872, 14.142136, 8.909545};
  std::vector<std::int64_t> ranks;
  solve_clair_path(stack, all, lambdas, [&](ClairSolution const& solution) {
    EXPECT_TRUE(solution.converged);
    EXPECT_NEAR(solution.objective, objectives[ranks.size()], 1e-6);
    EXPECT_LT(solution.duality_gap, 1e-7);
    ranks.push_back(solution.low_rank.rank());
  });
  EXPECT_EQ(ranks, (std::vector<std::int64_t>{0, 2, 2, 2, 4, 0}));
}

TEST(ClairProgram, HighPriceWithNoiseTermIsOneThresholding) {
  auto const blocks = noisy_blocks(9, 2, 0.4, 3);
  auto at = settings(1e3, 1e-12);
  at.price.tau = 1.7;
  at.max_iterations = 20000;
  ClairBlocks parts;
  solve_clair(stack_of(alone(), blocks), at, std::nullopt, {}, &parts);
  DenseMatrix centred(14, 63);
  for (std::size_t k = 0; k < blocks.size(); ++k)
    for (std::size_t i = 0; i < 98; ++i) {
      double mean = 0;
      for (auto const& block : blocks) mean += block.values()[i] / 9;
      centred.values()[98 * k + i] = blocks[k].values()[i] - mean;
    }
  // M - C - L - R is within the tolerance of 0: L is that of the constraint.
  EXPECT_LT(distance(parts.low_rank,
                     [&] {
                       auto expected = thresholded(centred, 1.7);
                       return expected;
                     }()),
            1e-9 * norm(centred.view()));
}

TEST(ClairProgram, EqualBlocksAreAllCommon) {
  std::mt19937_64 generator(8);
  std::vector<DenseMatrix> const blocks(5, gaussian(6, 4, generator));
  auto const solution = solve_clair(stack_of(alone(), blocks), settings(0.4));
  EXPECT_LT(distance(solution.common, blocks.front()), 1e-14);
  EXPECT_EQ(solution.low_rank.rank(), 0);
  EXPECT_EQ(solution.duality_gap, 0);
  for (double const block : solution.block_norms) EXPECT_EQ(block, 0);
}

TEST(ClairProgram, MeetsTheOptimalityConditions) {
  auto const stack = stack_of(alone(), noisy_blocks(30, 4, 0, 1));
  double const lambda = 0.52;  // without noise blocks within the subspace vanish
  ClairBlocks parts;
  auto const solution = solve_clair(stack, settings(lambda), std::nullopt, {}, &parts);
  ASSERT_TRUE(solution.converged);
  EXPECT_LT(solution.duality_gap, 1e-6);
  ASSERT_GT(solution.low_rank.rank(), 0);

  DenseMatrix spoilt = parts.multipliers;
  std::vector<double> values(14);
  linalg::singular_values(spoilt.view(), values);
  EXPECT_LT(values.front(), 1 + 1e-5);
  DenseMatrix sum(14, 7);
  int zero_blocks = 0;
  for (auto const& piece : stack.pieces()) {
    auto const y = parts.multipliers.columns_from(piece.at, 7);
    double const block = solution.block_norms[static_cast<std::size_t>(piece.client)];
    EXPECT_LE(norm(y), lambda * (1 + 1e-6));
    for (std::int64_t i = 0; i < 98; ++i) sum.values()[static_cast<std::size_t>(i)] += y.data[i];
    if (block == 0) {
      ++zero_blocks;
      continue;
    }
    EXPECT_NEAR(norm(y), lambda, 1e-6);
    // Y_k is in the direction of S_k = M_k - C - L_k.
    double product = 0, square = 0;
    for (std::int64_t j = 0; j < 7; ++j)
      for (std::int64_t i = 0; i < 14; ++i) {
        double const s = stack.at(piece)(i, j) - solution.common(i, j) - parts.low_rank(i, piece.at + j);
        product += s * y(i, j);
        square += s * s;
      }
    EXPECT_NEAR(product, lambda * std::sqrt(square), 1e-5);
  }
  EXPECT_GT(zero_blocks, 0);
  EXPECT_LT(zero_blocks, 30);
  EXPECT_LT(norm(sum.view()), 1e-5);
  double inner = 0, nuclear = 0;
  for (std::size_t k = 0; k < parts.multipliers.values().size(); ++k)
    inner += parts.multipliers.values()[k] * parts.low_rank.values()[k];
  for (double const value : solution.singular_values()) nuclear += value;
  EXPECT_NEAR(inner, nuclear, 1e-5 * nuclear);
}

TEST(ClairProgram, IsEquivariant) {
  auto const blocks = noisy_blocks(12, 3, 0.2, 2);
  double const lambda = 0.5;
  auto const plain = solve_clair(stack_of(alone(), blocks), settings(lambda, 1e-9));
  std::mt19937_64 generator(6);
  auto const left = frame(14, 14, generator);
  auto const right = frame(7, 7, generator);
  auto const shift = gaussian(14, 7, generator);

  std::vector<DenseMatrix> rotated, scaled, shifted, permuted(blocks.rbegin(), blocks.rend());
  for (auto const& block : blocks) {
    rotated.push_back(product(product(left, block), right));
    scaled.push_back(block);
    for (double& entry : scaled.back().values()) entry *= 1000;
    shifted.push_back(block);
    for (std::size_t i = 0; i < 98; ++i) shifted.back().values()[i] += shift.values()[i];
  }
  auto const compare = [&](std::vector<DenseMatrix> const& changed, double scale, char const* what) {
    auto const solution = solve_clair(stack_of(alone(), changed), settings(lambda, 1e-9));
    EXPECT_NEAR(solution.objective, scale * plain.objective, 1e-7 * scale * plain.objective) << what;
    EXPECT_EQ(solution.low_rank.rank(), plain.low_rank.rank()) << what;
    EXPECT_EQ(solution.iterations, plain.iterations) << what;
    return solution;
  };
  auto const turned = compare(rotated, 1, "rotated");
  auto const expected = product(left, plain.low_rank.vectors);
  auto const overlap = product(expected, turned.low_rank.vectors, Transpose::yes);
  EXPECT_NEAR(std::pow(norm(overlap.view()), 2), static_cast<double>(plain.low_rank.rank()), 1e-7);
  compare(scaled, 1000, "scaled");
  auto const moved = compare(shifted, 1, "shifted");
  DenseMatrix common = plain.common;
  for (std::size_t i = 0; i < 98; ++i) common.values()[i] += shift.values()[i];
  EXPECT_LT(distance(moved.common, common), 1e-6);
  auto const reversed = compare(permuted, 1, "permuted");
  for (std::size_t k = 0; k < 12; ++k) EXPECT_NEAR(reversed.block_norms[11 - k], plain.block_norms[k], 1e-6);
}

TEST(ClairProgram, GoesOnWithTheSameBitsWhereItWasCut) {
  auto const stack = stack_of(alone(), noisy_blocks(12, 3, 0.2, 4));
  auto const whole = solve_clair(stack, settings(0.5));
  ASSERT_GT(whole.iterations, 15);
  for (int const cut : {1, 10, 14}) {
    struct Cut {};
    std::vector<std::byte> state;
    int calls = 0;
    EXPECT_THROW(solve_clair(stack, settings(0.5), std::nullopt,
                             [&](auto const& make) {
                               if (++calls < cut) return;
                               state = make();
                               throw Cut();
                             }),
                 Cut);
    auto const continued = solve_clair(stack, settings(0.5), std::span<std::byte const>(state));
    EXPECT_EQ(continued.iterations, whole.iterations);
    EXPECT_EQ(continued.objective, whole.objective);
    EXPECT_EQ(continued.duality_gap, whole.duality_gap);
    EXPECT_EQ(continued.block_norms, whole.block_norms);
    for (std::size_t i = 0; i < 98; ++i) EXPECT_EQ(continued.common.values()[i], whole.common.values()[i]);
  }
}

TEST(ClairProgram, LargeStacksGoByProducts) {
  // The same numbers where the Gram matrix is too large to be formed.
  std::mt19937_64 generator(12);
  auto const small = noisy_blocks(10, 2, 0.2, 9);
  auto const lift = frame(300, 14, generator);
  std::vector<DenseMatrix> lifted;
  for (auto const& block : small) lifted.push_back(product(lift, block));
  auto const expected = solve_clair(stack_of(alone(), small), settings(0.5, 1e-8));
  auto const solution = solve_clair(stack_of(alone(), lifted), settings(0.5, 1e-8));
  EXPECT_NEAR(solution.objective, expected.objective, 1e-6 * expected.objective);
  EXPECT_EQ(solution.low_rank.rank(), expected.low_rank.rank());
  EXPECT_LT(solution.duality_gap, 1e-6);
  for (std::size_t k = 0; k < small.size(); ++k)
    EXPECT_NEAR(solution.block_norms[k], expected.block_norms[k], 1e-5);
}

TEST(ClairProgram, LeftFactorsAreExact) {
  std::mt19937_64 generator(21);
  auto const both = frame(14, 4, generator);
  std::vector<DenseMatrix> blocks;
  for (int k = 0; k < 12; ++k) {
    auto a = gaussian(14, 3, generator);
    for (double& entry : a.values()) entry *= 0.1;
    linalg::gemm(Transpose::no, Transpose::no, 1, both.columns_from(k < 3 ? 2 : 0, 2),
                 gaussian(2, 3, generator).view(), 1, a.view());
    blocks.push_back(product(a, frame(9, 3, generator), Transpose::no, Transpose::yes));
  }
  auto at = settings(0.5, 1e-11);
  at.common = ClairSettings::CommonPart::zero;
  at.max_iterations = 20000;
  auto const stack = stack_of(alone(), blocks);
  auto const whole = solve_clair(stack, at);
  auto const factored = solve_clair(factor_blocks(stack, 3), at);
  ASSERT_GT(whole.low_rank.rank(), 0);
  ASSERT_EQ(factored.low_rank.rank(), whole.low_rank.rank());
  EXPECT_NEAR(factored.objective, whole.objective, 1e-8 * whole.objective);
  for (std::size_t k = 0; k < 12; ++k) EXPECT_NEAR(factored.block_norms[k], whole.block_norms[k], 1e-8);
  // L = F X with the same left factor: singular values and projectors.
  for (std::size_t k = 0; k < whole.singular_values().size(); ++k)
    EXPECT_NEAR(factored.singular_values()[k], whole.singular_values()[k], 1e-8);
  auto const overlap = product(whole.low_rank.vectors, factored.low_rank.vectors, Transpose::yes);
  EXPECT_NEAR(std::pow(norm(overlap.view()), 2), static_cast<double>(whole.low_rank.rank()), 1e-8);
}

TEST(ClairProgram, TellsThatItHasNotConverged) {
  auto at = settings(0.5);
  at.max_iterations = 5;
  auto const solution = solve_clair(stack_of(alone(), noisy_blocks(12, 3, 0.2, 4)), at);
  EXPECT_FALSE(solution.converged);
  EXPECT_EQ(solution.iterations, 5);
  EXPECT_GT(solution.duality_gap, 1e-5);
}

TEST(BlockPrice, ProximalOperator) {
  double const lambda = 0.7, mu = 2.5;
  for (double const a : {0.1, 0.27, 0.29, 1.0, 40.0})
    EXPECT_NEAR((BlockPrice{lambda, 0}.kept_fraction(a, mu)), std::max(0.0, 1 - lambda / (mu * a)), 1e-15);
  BlockPrice const price{lambda, 1.3};
  double const kink = lambda * (1.3 + 1 / mu);
  EXPECT_NEAR(price.kept_fraction(kink, mu), price.kept_fraction(kink * (1 + 1e-12), mu), 1e-11);
  EXPECT_NEAR((BlockPrice{lambda, 1e12}.kept_fraction(5, mu)), 1, 1e-11);
  EXPECT_NEAR(price.value(lambda * 1.3), price.value(lambda * 1.3 * (1 - 1e-12)), 1e-11);
  // It minimises: against a scan.
  for (double const a : {0.4, 1.1, 1.3, 3.0}) {
    auto const cost = [&](double f) { return price.value(f * a) + mu / 2 * (1 - f) * (1 - f) * a * a; };
    double const best = cost(price.kept_fraction(a, mu));
    for (double f = 0; f <= 1; f += 1e-3) EXPECT_GE(cost(f), best - 1e-12);
  }
}

}  // namespace
}  // namespace thresher::federated_lora
