#include "../../unit/prox/problems.hpp"
#include "prox/fista_lasso.hpp"
#include "prox/polish.hpp"
#include "prox/spectral_norm.hpp"
#include "prox/working_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

namespace {

using namespace thresher;
using thresher::testing::random_regression;

struct Case {
  std::int64_t rows, columns, active;
  double noise, lambda;
};
Case const cases[] = {
    {100, 300, 8, 0.5, 0.4}, {100, 301, 8, 1.0, 0.15}, {40, 400, 20, 0.5, 0.05}, {7, 3, 1, 0.3, 0.2}};

void expect_equal(prox::LassoSolution const& found, prox::LassoSolution const& alone) {
  ASSERT_EQ(found.coefficients.indices, alone.coefficients.indices);
  for (std::size_t k = 0; k < alone.coefficients.values.size(); ++k)
    EXPECT_NEAR(found.coefficients.values[k], alone.coefficients.values[k], 1e-8);
  for (std::size_t i = 0; i < alone.residual.size(); ++i)
    EXPECT_NEAR(found.residual[i], alone.residual[i], 1e-8);
}

/// All ranks hold the same bits.
void expect_replicated(mpi::Communicator const& comm, std::span<double const> values) {
  std::vector<double> first(values.begin(), values.end());
  mpi::broadcast(comm, std::span(first));
  EXPECT_TRUE(std::equal(values.begin(), values.end(), first.begin()));
}

class TeamLasso : public ::testing::Test {
 protected:
  mpi::Communicator world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  mpi::Communicator alone = mpi::Communicator::self();
};

TEST_F(TeamLasso, WorkingSetAgreesWithOneRank) {
  for (auto const& c : cases) {
    auto const regression = random_regression(c.rows, c.columns, c.active, c.noise, 40);
    auto const whole = regression.design(alone);
    auto const parts = regression.design(world);
    auto const found = prox::WorkingSet(parts, regression.b, {}).solve(c.lambda);
    EXPECT_TRUE(found.polished);
    expect_equal(found, prox::WorkingSet(whole, regression.b, {}).solve(c.lambda));
    expect_replicated(world, found.coefficients.values);
    expect_replicated(world, found.residual);
  }
}

TEST_F(TeamLasso, FistaAgreesWithOneRank) {
  for (auto const& c : cases) {
    auto const regression = random_regression(c.rows, c.columns, c.active, c.noise, 41);
    auto const whole = regression.design(alone);
    auto const parts = regression.design(world);
    prox::FistaLasso solver(world, parts.local_columns().size(), "test_");
    auto const found = solver.solve(parts, regression.b, c.lambda, {});
    EXPECT_TRUE(found.polished);
    expect_equal(found, prox::WorkingSet(whole, regression.b, {}).solve(c.lambda));
    expect_replicated(world, found.coefficients.values);
  }
}

TEST_F(TeamLasso, SpreadGramMatricesPolishAsLocalOnesDo) {
  auto const regression = random_regression(300, 500, 12, 2.0, 45);
  auto const whole = regression.design(alone);
  auto const parts = regression.design(world);
  double const lambda = 0.06;
  auto const expected = prox::WorkingSet(whole, regression.b, {}).solve(lambda);
  ASSERT_GT(expected.coefficients.indices.size(), 128u);  // more than two tiles
  auto const polished = prox::polish(parts, regression.b, lambda, expected.coefficients, 10);
  ASSERT_TRUE(polished.has_value());
  for (std::size_t k = 0; k < polished->values.size(); ++k)
    EXPECT_NEAR(polished->values[k], expected.coefficients.values[k], 1e-10);
  expect_replicated(world, polished->values);
  // Signs that cannot be, and columns that depend on each other.
  auto wrong = expected.coefficients;
  wrong.values[0] = -wrong.values[0];
  EXPECT_FALSE(prox::polish(parts, regression.b, lambda, wrong, 10).has_value());
  auto twice = expected.coefficients;
  twice.indices[1] = twice.indices[0];
  EXPECT_FALSE(prox::polish(parts, regression.b, 1e3, twice, 10).has_value());

  prox::FistaLasso solver(world, parts.local_columns().size(), "test_");
  prox::LassoOptions options;
  options.largest_local_gram = 10;
  auto const found = solver.solve(parts, regression.b, lambda, options);
  EXPECT_TRUE(found.polished);
  expect_equal(found, expected);
}

TEST_F(TeamLasso, SpreadWorkingSetsAgreeWithLocalOnes) {
  for (auto const& [rows, columns, active, noise] :
       {std::tuple(300, 500, 12, 2.0), std::tuple(60, 600, 10, 0.3)}) {
    auto const regression = random_regression(rows, columns, active, noise, 47);
    auto const whole = regression.design(alone);
    auto const parts = regression.design(world);
    prox::LassoOptions options;
    options.largest_local_gram = 70;  // the first working sets are local
    prox::WorkingSet spread(parts, regression.b, options);
    prox::WorkingSet local(whole, regression.b, {});
    double lambda = local.largest_lambda();
    for (int k = 0; k < 5; ++k) {
      lambda *= 0.5;
      auto const found = spread.solve(lambda);
      auto const expected = local.solve(lambda);
      ASSERT_EQ(found.coefficients.indices, expected.coefficients.indices);
      for (std::size_t j = 0; j < expected.coefficients.values.size(); ++j)
        EXPECT_NEAR(found.coefficients.values[j], expected.coefficients.values[j], 1e-10);
      EXPECT_EQ(found.polished, expected.polished);
      expect_replicated(world, found.coefficients.values);
      expect_replicated(world, found.residual);
    }
  }
}

TEST_F(TeamLasso, PathAgreesWithOneRank) {
  auto const regression = random_regression(60, 200, 10, 0.5, 42);
  auto const whole = regression.design(alone);
  auto const parts = regression.design(world);
  prox::WorkingSet team_path(parts, regression.b, {});
  prox::WorkingSet path(whole, regression.b, {});
  double lambda = path.largest_lambda();
  EXPECT_EQ(team_path.largest_lambda(), lambda);  // products do not depend on the layout
  for (int k = 0; k < 20; ++k) {
    lambda *= 0.85;
    expect_equal(team_path.solve(lambda), path.solve(lambda));
  }
  std::vector<std::int64_t> const excluded{1, 2, 199};
  EXPECT_NEAR(team_path.largest_correlation_outside(excluded), path.largest_correlation_outside(excluded),
              1e-10);
}

TEST_F(TeamLasso, PanelsAreRowsOfTheColumns) {
  auto const regression = random_regression(23, 50, 3, 0.5, 43);
  auto const parts = regression.design(world);
  std::vector<std::int64_t> const which{49, 0, 7, 48, 8};
  std::vector<double> panel(which.size() * static_cast<std::size_t>(parts.panel_rows()));
  parts.gather_panel(which, {panel.data(), parts.panel_rows(), static_cast<std::int64_t>(which.size())});
  for (std::size_t k = 0; k < which.size(); ++k) {
    std::vector<double> column(23);
    parts.assemble_rows(std::span<double const>(panel).subspan(k * parts.panel_rows(), parts.panel_rows()),
                        column);
    EXPECT_TRUE(std::equal(column.begin(), column.end(), regression.a.begin() + which[k] * 23));
  }
}

TEST_F(TeamLasso, LanczosAgreesWithOneRank) {
  auto const regression = random_regression(40, 90, 0, 1.0, 44);
  auto const whole = regression.design(alone);
  auto const parts = regression.design(world);
  EXPECT_NEAR(prox::largest_gram_eigenvalue(parts, 20), prox::largest_gram_eigenvalue(whole, 20), 1e-9);
}

}  // namespace
