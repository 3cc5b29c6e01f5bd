#include "prox/known_correlations.hpp"

#include "problems.hpp"
#include "prox/anchored_correlations.hpp"
#include "prox/working_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace {

using namespace thresher;
using thresher::testing::random_regression;
using thresher::testing::Regression;

mpi::Communicator const& alone() {
  static mpi::Communicator const comm = mpi::Communicator::self();
  return comm;
}

std::vector<double> random_vector(std::int64_t size, std::mt19937_64& generator) {
  std::normal_distribution<double> normal;
  std::vector<double> v(static_cast<std::size_t>(size));
  for (double& entry : v) entry = normal(generator);
  return v;
}

std::vector<double> all_products(Regression const& regression, std::span<double const> v) {
  std::vector<double> products;
  for (std::int64_t j = 0; j < regression.columns; ++j) products.push_back(regression.product(j, v));
  return products;
}

std::vector<double> norms(Regression const& regression) {
  std::vector<double> made;
  for (std::int64_t j = 0; j < regression.columns; ++j) {
    std::span const column(regression.a.data() + j * regression.rows,
                           static_cast<std::size_t>(regression.rows));
    made.push_back(std::sqrt(regression.product(j, column) / static_cast<double>(regression.rows)));
  }
  return made;
}

TEST(AnchoredCorrelations, ErrorsHoldForAnyVectorAndVanishInTheSpan) {
  std::int64_t const n = 60;
  auto const regression = random_regression(n, 400, 5, 0.5, 21);
  auto const column_norms = norms(regression);
  std::mt19937_64 generator(22);
  prox::AnchoredCorrelations anchored(n);
  std::vector<float> estimates(400);
  EXPECT_EQ(anchored.estimate(regression.b, estimates), std::numeric_limits<double>::infinity());

  // More anchors than are kept; some nearly repeat others, one does.
  std::vector<std::vector<double>> anchors;
  for (int k = 0; k < 17; ++k) {
    auto v = random_vector(n, generator);
    if (k % 4 == 3)
      for (std::size_t i = 0; i < v.size(); ++i) v[i] = anchors.back()[i] + 1e-4 * v[i];
    if (k == 9) v = anchors.back();
    anchors.push_back(v);
    anchored.add(v, all_products(regression, v));

    auto const check = [&](std::span<double const> r) {
      double const error = anchored.estimate(r, estimates);
      double largest_ratio = 0;
      for (std::int64_t j = 0; j < regression.columns; ++j) {
        auto const at = static_cast<std::size_t>(j);
        double const truth = std::abs(regression.product(j, r)) / static_cast<double>(n);
        double const differs = std::abs(truth - static_cast<double>(estimates[at]));
        largest_ratio = std::max(largest_ratio, differs / (error * column_norms[at]));
      }
      EXPECT_LE(largest_ratio, 1);
      return error;
    };
    check(random_vector(n, generator));
    auto near = random_vector(n, generator);
    for (std::size_t i = 0; i < near.size(); ++i)
      near[i] = 0.01 * near[i] + 0.7 * v[i] - 1.3 * anchors[anchors.size() / 2][i];
    check(near);
    std::vector<double> inside(v);
    if (k > 0)
      for (std::size_t i = 0; i < inside.size(); ++i)
        inside[i] = 2 * v[i] - 0.5 * anchors[anchors.size() - 2][i];
    EXPECT_LT(check(inside), 1e-4);
  }
}

TEST(KnownCorrelations, BoundsHoldAsTheResidualMoves) {
  std::int64_t const n = 40;
  auto const regression = random_regression(n, 200, 5, 0.5, 23);
  auto const design = regression.design(alone());
  prox::KnownCorrelations known(design);
  EXPECT_TRUE(known.empty());
  std::mt19937_64 generator(24);
  auto r = regression.b;
  std::vector<std::int64_t> every(200);
  std::iota(every.begin(), every.end(), 0);
  known.refer_to(r);
  EXPECT_EQ(known.upper_bound(7), std::numeric_limits<double>::infinity());
  known.record(every, all_products(regression, r), prox::KnownCorrelations::Columns::all);
  std::size_t exact = 0;
  std::size_t sharp = 0;
  for (int step = 0; step < 120; ++step) {
    for (std::size_t i = 0; i < r.size(); ++i) r[i] += 0.01 * std::normal_distribution<double>()(generator);
    known.refer_to(r);
    std::vector<std::int64_t> some;
    std::vector<double> products;
    for (std::int64_t j = step % 3; j < 200; j += 3) {
      some.push_back(j);
      products.push_back(regression.product(j, r));
    }
    if (step % 30 == 29)
      known.record(every, all_products(regression, r), prox::KnownCorrelations::Columns::all);
    else
      known.record(some, products, prox::KnownCorrelations::Columns::some);
    for (std::int64_t j = 0; j < 200; ++j) {
      double const truth = std::abs(regression.product(j, r)) / static_cast<double>(n);
      EXPECT_GE(known.upper_bound(j), truth * (1 - 1e-12)) << "step " << step << ", column " << j;
      sharp += known.upper_bound(j) < truth + 0.1;
      if (!known.is_exact(j)) continue;
      ++exact;
      EXPECT_NEAR(known.estimate(j), truth, 1e-13);
    }
  }
  EXPECT_GT(exact, 120u * 60u);
  EXPECT_GT(sharp, exact);
}

TEST(WorkingSet, PathsAreOptimalAtEveryLambdaWhateverTheStep) {
  for (double const ratio : {0.97, 0.8, 0.3}) {
    auto const regression = random_regression(60, 500, 8, 0.6, 25);
    auto const design = regression.design(alone());
    prox::WorkingSet along(design, regression.b, {});
    double lambda = along.largest_lambda();
    for (int k = 0; k < 40 && lambda > 0.03; ++k) {
      // Every seventh step goes back up.
      lambda *= k % 7 == 6 ? 1 / (ratio * ratio) : ratio;
      auto const solution = along.solve(lambda);
      EXPECT_TRUE(solution.converged);
      EXPECT_LE(solution.relative_gap, prox::kPolishedGap);
      auto const fresh = prox::WorkingSet(design, regression.b, {}).solve(lambda);
      ASSERT_EQ(solution.coefficients.indices, fresh.coefficients.indices) << "lambda " << lambda;
      for (std::size_t i = 0; i < fresh.coefficients.values.size(); ++i)
        EXPECT_NEAR(solution.coefficients.values[i], fresh.coefficients.values[i], 1e-9);
      for (std::int64_t j = 0; j < regression.columns; ++j)
        EXPECT_LE(std::abs(regression.product(j, solution.residual)) / 60, lambda * (1 + 1e-9));
    }
  }
}

TEST(WorkingSet, PathsPassOverFewColumns) {
  // What a pass costs is what it asks for: most lambdas of a path ask for little more than the support.
  auto const regression = random_regression(200, 2000, 10, 0.5, 26);
  auto const design = regression.design(alone());
  prox::WorkingSet along(design, regression.b, {});
  double const largest = along.largest_lambda();
  std::size_t asked = 0;
  int const steps = 40;
  for (int k = 1; k <= steps; ++k) {
    along.start(largest * std::pow(0.1, static_cast<double>(k) / steps));
    while (!along.done()) {
      asked += along.wanted().size();
      std::vector<double> products;
      for (auto const column : along.wanted())
        products.push_back(regression.product(column, along.residual()));
      along.take(products);
    }
  }
  EXPECT_LT(asked, 15u * 2000u);
}

}  // namespace
