#include "programs.hpp"

#include "experiments/group_matrix/solvers/row_spectra.hpp"

#include <gtest/gtest.h>

// The solvers against closed forms and each other.

namespace thresher::group_matrix {
namespace {

using namespace testing;

void expect_rows(Solved const& solved, std::vector<std::vector<double>> const& rows, double tolerance) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      EXPECT_NEAR(solved.m(static_cast<std::int64_t>(j), static_cast<std::int64_t>(i)), rows[i][j], tolerance)
          << i << ", " << j;
}

TEST(Programs, OneGroupFullyObservedIsSingularValueThresholding) {
  SmallProgram const diagonal({{3, 0, 0}, {0, 2, 0}, {0, 0, 0.5}}, {{0, 1, 2}});
  for (auto* make : {consensus_admm, proximal_average, proximal_gradient})
    expect_rows(solve(diagonal, make, {1}), {{2, 0, 0}, {0, 1, 0}, {0, 0, 0}}, 1e-7);
}

TEST(Programs, TwoEqualGroupsAddTheirLevels) {
  auto const y = random_rows(7, 5, 1, 3);
  SmallProgram const twice(y, {rows_from(0, 7), rows_from(0, 7)});
  DenseMatrix whole(5, 7);
  for (std::int64_t i = 0; i < 7; ++i)
    for (std::int64_t j = 0; j < 5; ++j)
      whole(j, i) = y[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  EXPECT_LT(distance(solve(twice, consensus_admm, {0.5, 0.7}).m, thresholded(whole, 1.2)), 1e-6);
}

TEST(Programs, OneColumnIsTheOverlappingGroupLasso) {
  SmallProgram const nested({{3}, {4}, {12}}, {{0, 1}, {0, 1, 2}});
  expect_rows(solve(nested, consensus_admm, {1, 1}), {{2.210263}, {2.947018}, {11.051317}}, 1e-6);
  SmallProgram const crossing({{3}, {4}, {5}}, {{0, 1}, {1, 2}});
  expect_rows(solve(crossing, consensus_admm, {1, 2}), {{2.280661}, {2.202415}, {3.331601}}, 1e-6);
}

TEST(Programs, SmallMatricesHaveTheirKnownMinimum) {
  SmallProgram const incomplete({{2, 0}, {0, kMissing}, {1, 1}}, {{0, 1}, {1, 2}});
  auto const solved = solve(incomplete, consensus_admm, {0.5, 0.5});
  double const last = 1 - 0.5 / std::sqrt(2.0);
  expect_rows(solved, {{1.5, 0}, {0, 0}, {last, last}}, 1e-6);
  EXPECT_NEAR(solved.summary.objective, 1.4571068, 1e-6);
  SmallProgram const complete({{2, 0}, {0, 1}, {1, 1}}, {{0, 1}, {1, 2}});
  auto const other = solve(complete, consensus_admm, {0.5, 0.5});
  expect_rows(other, {{1.50124, 0.03513}, {0.15310, 0.17381}, {0.61227, 0.69512}}, 2e-5);
  EXPECT_NEAR(other.summary.objective, 1.9166727, 1e-6);
}

TEST(Programs, AGroupOfOneRowIsSoftThresholding) {
  SmallProgram const row({{3, 4}}, {{0}});
  for (auto* make : {consensus_admm, proximal_average, proximal_gradient})
    expect_rows(solve(row, make, {2}), {{3 * (1 - 2 / 5.0), 4 * (1 - 2 / 5.0)}}, 1e-7);
}

TEST(Programs, LevelsAboveTheStartGiveZero) {
  SmallProgram const program(random_rows(20, 8, 0.6, 1), {rows_from(0, 12), rows_from(8, 20)});
  auto const& penalty = *program.penalty;
  auto const solved =
      solve(program, consensus_admm, penalty.levels(1.01 * penalty.start()), {.tolerance = 1e-4});
  EXPECT_LE(norm(solved.m), 1e-10 * penalty.data_norm());
  EXPECT_TRUE(solved.outcome.converged);
  SmallProgram const partition(random_rows(20, 8, 0.6, 1), {rows_from(0, 12), rows_from(12, 20)});
  for (auto* make : {proximal_average, proximal_gradient}) {
    auto const average = solve(partition, make, partition.penalty->levels(1.01 * partition.penalty->start()),
                               {.tolerance = 1e-5});
    EXPECT_EQ(norm(average.m), 0);
    EXPECT_TRUE(average.outcome.converged);
  }
  // Just below it something remains.
  EXPECT_GT(
      norm(
          solve(partition, proximal_average, partition.penalty->levels(0.97 * partition.penalty->start())).m),
      0);
}

TEST(Programs, AreCertifiedAndMeetTheOptimalityConditions) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    SmallProgram const program(random_rows(30, 9, 0.5, seed), {rows_from(0, 15), rows_from(15, 30),
                                                               rows_from(0, 30, 2), rows_from(1, 30, 2)});
    auto const levels = program.penalty->levels(0.15 * program.penalty->start());
    auto const solved = solve(program, consensus_admm, levels, {.tolerance = 1e-6, .max_iterations = 20000});
    EXPECT_TRUE(solved.outcome.converged) << seed << ": " << solved.outcome.iterations;
    EXPECT_GE(solved.summary.duality_gap, -1e-12);
    EXPECT_LT(solved.summary.duality_gap, 1e-6);
    // No feasible direction goes down: the objective at nearby points is larger.
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    for (int k = 0; k < 10; ++k) {
      Estimate other{{}, solved.m};
      for (double& entry : other.dense.values()) entry += 1e-3 * normal(generator);
      EXPECT_GT(group_objective(program.comm, program.observations, *program.penalty, levels, other),
                solved.summary.objective);
    }
  }
}

TEST(Programs, SolversAgreeOnAPartition) {
  SmallProgram const program(random_rows(40, 12, 0.5, 9),
                             {rows_from(0, 10), rows_from(10, 25), rows_from(25, 40)});
  auto const levels = program.penalty->levels(0.1 * program.penalty->start());
  auto const exact = solve(program, consensus_admm, levels);
  for (auto* make : {proximal_average, proximal_gradient}) {
    auto const average = solve(program, make, levels);
    EXPECT_LT(distance(exact.m, average.m), 1e-5 * norm(exact.m));
    EXPECT_NEAR(exact.summary.objective, average.summary.objective, 1e-7 * exact.summary.objective);
    EXPECT_EQ(exact.summary.mean_rank, average.summary.mean_rank);
  }
}

/// What the stopping rule reads is |M+ - M| / |M+|, large changes and small ones.
TEST(Programs, TheResidualIsTheChangeOfTheIterate) {
  SmallProgram const program(random_rows(30, 12, 0.5, 4), {rows_from(0, 18), rows_from(18, 30)});
  auto const levels = program.penalty->levels(0.3 * program.penalty->start());
  auto const after = [&](std::int64_t iterations) {
    return solve(program, proximal_gradient, levels, {.tolerance = 1e-9, .max_iterations = iterations}).m;
  };
  auto const fit =
      proximal_gradient(program.comm, program.observations, *program.penalty, {.max_iterations = 60});
  fit->solve(levels, 1e-9, {});
  auto const history = fit->history();
  for (std::size_t const k : {1, 2, 5, 10, 20}) {
    auto const before = after(static_cast<std::int64_t>(k)), next = after(static_cast<std::int64_t>(k + 1));
    double const change = distance(next, before) / norm(next);
    EXPECT_NEAR(history[k].dual / change, 1, 1e-3) << k << ": " << change;
  }
}

TEST(Programs, LargerGroupsComeToWhatWholeDecompositionsGive) {
  // Above the orders of which Gram matrices are decomposed in every iteration.
  int const rows = 180, columns = 150;
  auto const y = random_rows(rows, columns, 0.4, 3);
  SmallProgram const program(y, {rows_from(0, rows)});
  DenseMatrix data(columns, rows);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j)
      data(j, i) = y[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  for (double const f : {0.5, 0.2}) {  // rank 2, and many small singular values
    auto const levels = program.penalty->levels(f * program.penalty->start());
    DenseMatrix m(columns, rows);
    for (double change = 1; change > 1e-7;) {
      auto x = m;
      for (std::size_t k = 0; k < x.values().size(); ++k)
        if (!std::isnan(data.values()[k])) x.values()[k] = data.values()[k];
      auto next = thresholded(x, levels.front());
      change = distance(next, m) / norm(next);
      m = std::move(next);
    }
    double const least =
        group_objective(program.comm, program.observations, *program.penalty, levels, {{}, m});
    for (auto* make : {proximal_average, proximal_gradient}) {
      auto const solved = solve(program, make, levels, {.tolerance = 1e-7});
      EXPECT_TRUE(solved.outcome.converged);
      EXPECT_NEAR(solved.summary.objective, least, 1e-8 * least) << f;
      EXPECT_LT(distance(solved.m, m), 1e-4 * norm(m)) << f;
    }
  }
}

TEST(Programs, TheAverageOfTwoFactorsComesCloseFromAbove) {
  SmallProgram const program(random_rows(40, 12, 0.6, 5),
                             {rows_from(0, 20), rows_from(20, 40), rows_from(0, 40, 2), rows_from(1, 40, 2)});
  auto const levels = program.penalty->levels(0.1 * program.penalty->start());
  double const least = solve(program, consensus_admm, levels).summary.objective;
  double last = 1.1 * least;
  for (double const step : {1.0, 0.1}) {
    auto const average =
        solve(program, proximal_average, levels, {.tolerance = 1e-7, .max_iterations = 20000, .step = step});
    EXPECT_GE(average.summary.objective, least * (1 - 1e-9));
    EXPECT_LT(average.summary.objective, last);
    last = average.summary.objective;
  }
  EXPECT_LT(last, 1.01 * least);
}

TEST(Programs, HeavyRidgeLeavesNoGroupMeans) {
  SmallProgram const program(random_rows(30, 8, 0.6, 2), {rows_from(0, 30)});
  std::vector<GroupRows> const groups{{15, rows_from(0, 15)}, {15, rows_from(15, 30)}};
  auto const levels = program.penalty->levels(0.1 * program.penalty->start());
  FitSettings const settings{.tolerance = 1e-10, .max_iterations = 20000, .ridge = 1e8};
  auto const fit = side_information(program.comm, program.observations, *program.penalty, groups, settings);
  EXPECT_TRUE(fit->solve(levels, settings.tolerance, {}).converged);
  auto const whole = solve(program, consensus_admm, levels);
  DenseMatrix m(8, 30);
  fit->estimate().rows(rows_from(0, 30), m.view());
  EXPECT_LT(distance(m, whole.m), 1e-5 * norm(whole.m));
  EXPECT_NEAR(fit->summary().objective, whole.summary.objective, 1e-6 * whole.summary.objective);
}

TEST(Programs, GroupMeansWithoutALowRankPartAreRidgeRegressions) {
  // Above its start the low-rank part is 0: with one group, the mean of a column is sum / (count + ridge).
  SmallProgram const program({{1, 2}, {3, kMissing}, {5, 4}}, {rows_from(0, 3)});
  std::vector<GroupRows> const groups{{3, rows_from(0, 3)}};
  auto const fit =
      side_information(program.comm, program.observations, *program.penalty, groups, {.ridge = 2});
  fit->solve(std::vector<double>{100.0}, 1e-10, {});
  DenseMatrix m(2, 3);
  fit->estimate().rows(rows_from(0, 3), m.view());
  for (std::int64_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(m(0, i), 9.0 / 5, 1e-12);
    EXPECT_NEAR(m(1, i), 6.0 / 4, 1e-12);
  }
  EXPECT_EQ(fit->mean_rank(), 0);
}

TEST(Programs, ACapKeepsTheLargestValues) {
  auto const y = random_rows(20, 10, 1, 4);
  SmallProgram const program(y, {rows_from(0, 20)});
  auto const solved = solve(program, proximal_average, {0.2}, {.tolerance = 1e-9, .rank_cap = 1});
  EXPECT_EQ(solved.summary.mean_rank, 1);
  DenseMatrix whole(10, 20);
  for (std::int64_t i = 0; i < 20; ++i)
    for (std::int64_t j = 0; j < 10; ++j)
      whole(j, i) = y[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  DenseMatrix copy = whole;
  std::vector<double> values(10);
  linalg::singular_values(copy.view(), values);
  // At density 1 one step does it: the largest value, less the level.
  EXPECT_NEAR(norm(solved.m), values[0] - 0.2, 1e-8);
}

/// Groups that are too large for Gram matrices at their rank: by blocks that go on from iteration to
/// iteration.
TEST(Programs, LargeGroupsAreThresholdedByBlocks) {
  auto const y = random_rows(170, 150, 1, 8);
  SmallProgram const program(y, {rows_from(0, 170)});
  DenseMatrix whole(150, 170);
  for (std::int64_t i = 0; i < 170; ++i)
    for (std::int64_t j = 0; j < 150; ++j)
      whole(j, i) = y[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  auto const expected = thresholded(whole, 9);
  ASSERT_GT(norm(expected), 100);
  for (auto* make : {consensus_admm, proximal_average, proximal_gradient}) {
    auto const solved = solve(program, make, {9}, {.tolerance = 1e-8, .max_iterations = 2000});
    EXPECT_TRUE(solved.outcome.converged);
    EXPECT_EQ(solved.summary.mean_rank, 2);
    EXPECT_LT(distance(solved.m, expected), 1e-6 * norm(expected));
  }
}

/// Levels by the largest shared entry; sizes of unit noise.
TEST(Programs, LevelsAreThoseOfUnitNoise) {
  SmallProgram const program(random_rows(40, 10, 1, 6),
                             {rows_from(0, 20), rows_from(20, 40), rows_from(0, 40, 2), rows_from(1, 40, 2)});
  for (double const size : program.penalty->noise_sizes())
    EXPECT_NEAR(size, 0.5 * (std::sqrt(20.0) + std::sqrt(10.0)), 1e-12);
}

}  // namespace
}  // namespace thresher::group_matrix
